"""German phrases."""

from qa.demo.phrases.model import CreatorPhrases, DeskPhrases, Phrases, tiered
from qa.demo.scenarios.model import lines

PHRASES = Phrases(
    creator=CreatorPhrases(
        hellos=lines("""
            Hallo,
            Guten Tag,
            Hallo zusammen,
            Guten Morgen,
            Liebes Team,
        """),
        intros=lines("""
            hier ist {name} von {channel}.
            ich bin {name}, mein Kanal heißt {channel}.
        """),
        worries={
            "access": lines("""
                Da stecken acht Jahre Arbeit drin.
                Meine Moderatoren fragen schon, was los ist.
                Jede Stunde ohne Zugang kostet mich Zuschauer.
                Ich habe seither kaum geschlafen.
            """),
            "money": lines("""
                Davon bezahle ich meine Miete.
                Ich habe zwei Leute, die auf ihr Geld warten.
                Mein Steuerberater fragt jeden Tag danach.
                Ich hatte fest damit gerechnet.
            """),
        },
        urgent=lines("""
            Am {deadline} habe ich einen festen Termin, bis dahin muss es gehen.
            Bitte beachten: Der {deadline} ist für mich der letzte mögliche Tag.
        """),
        signs=lines("""
            {name}
            Danke, {name}
            Viele Grüße, {name}
            {name} von {channel}
        """),
        adding=lines("""
            Was ich schon sagen kann:
            Falls es hilft:
            Noch ein paar Einzelheiten:
        """),
        here=lines("""
            Ja, ich bin da.
            Gut, soweit klar.
            In Ordnung, erledigt.
        """),
        proof=lines("""
            Der Code ist eingegeben. Meine Adresse ist [email 1], den Kanal gibt es seit 2018.
            Im Studio bestätigt. Telefonisch erreichen Sie mich unter [phone 1].
            Ich schreibe von [email 1], wie gewünscht; das letzte Video davor war „{video}“.
        """),
        answering=tiered(
            good="""
                Danke für die schnelle Antwort!
                Prima, ich habe nachgesehen.
                Danke {agent}, das hilft schon weiter.
            """,
            fair="""
                Hier die Angaben.
                Ich habe nachgesehen:
            """,
            poor="""
                Das hatte ich doch schon geschrieben.
                Das war eigentlich nicht meine Frage.
            """,
        ),
        once_more_answer=lines("""
            Es ist {device}, seit dem {date}.
            Seit dem {date}, auf {device} und überall sonst genauso.
        """),
        side_asked=lines("""
            Und noch etwas: {side}
            Eine zweite Frage habe ich auch: {side}
        """),
        side_again=lines("""
            Meine andere Frage ist aber noch offen: {side}
            Und was ist damit? {side}
        """),
        farewell=tiered(
            good="""
                Vielen Dank, {agent}, so klar hat mir das noch niemand erklärt.
                Es hat geklappt, danke!
                Super, jetzt verstehe ich es. Danke.
            """,
            fair="""
                Gut, danke. Dann warte ich ab.
                In Ordnung, ich probiere es.
            """,
            poor="""
                Damit bin ich so weit wie vorher. Schade.
                Ich glaube, meine Nachricht hat niemand gelesen.
            """,
        ),
        back=lines("""
            Ich muss mich noch einmal melden: Es ist der {date_again}, und nichts hat sich geändert.
            Leider ist es doch nicht gelöst, ich habe alles so gemacht wie beschrieben.
        """),
    ),
    desk=DeskPhrases(
        bot=lines("""
            Vielen Dank für Ihre Nachricht an den Ovanto-Support. Ihre Anfrage hat die Nummer {ticket}.
            Ihre Nachricht ist angekommen (Nummer {ticket}). Wir antworten meist innerhalb eines Arbeitstages.
        """),
        greeting=tiered(
            good="""
                Hallo {name}, hier ist {agent} vom Support für Kreative; ich kümmere mich von Anfang bis Ende darum.
                Guten Tag {name}, mein Name ist {agent}, und ich habe mir {channel} vor dem Antworten angesehen.
                Hallo {name}, {agent} hier. Ich habe Ihre ganze Nachricht gelesen.
            """,
            fair="""
                Hallo {name},
                Guten Tag, danke für Ihre Nachricht.
            """,
            poor="""
                Sehr geehrter Nutzer,
                Hallo {stranger}, vielen Dank für Ihre Anfrage.
            """,
        ),
        empathy={
            "access": lines("""
                Vor dem eigenen Kanal zu stehen und nicht hineinzukommen, ist kein schöner Moment; wir gehen Schritt \
                für Schritt vor.
                Ich verstehe, wie viel an {channel} hängt, und Sie haben richtig gehandelt, gleich zu schreiben.
            """),
            "money": lines("""
                Ich weiß, dass das Ihr Einkommen ist, deshalb beginne ich mit dem, was sicher ist.
                Fehlendes Geld ist keine Kleinigkeit; ich verstehe die Sorge und habe gleich nachgesehen.
            """),
        },
        tone=tiered(
            fair="""
                Vielen Dank für die Informationen.
                Wir bedauern die Unannehmlichkeiten.
            """,
            poor="""
                Wie auf der Hilfeseite eindeutig steht, ist das dort erklärt.
                Bitte haben Sie Verständnis, dass wir sehr viele solche Anfragen bekommen.
            """,
        ),
        context=tiered(
            good="""
                Ihre frühere Anfrage {case} vom {earlier} liegt offen daneben, Sie müssen also nichts wiederholen.
                Aus {case} kenne ich Kanal und Gerät schon, danke.
            """,
            fair="""
                Ich sehe, dass Sie uns schon einmal geschrieben haben.
            """,
            poor="""
                Bitte nennen Sie den Namen Ihres Kanals und schildern Sie alles von vorn.
            """,
        ),
        verify=tiered(
            good="""
                Bevor ich das Konto öffne: Ich habe einen Code an die hinterlegte Adresse geschickt. Bitte antworten \
                Sie damit und nennen Sie den Monat, in dem der Kanal entstand.
                Zum Schutz von {channel} prüfe ich zuerst, dass Sie es sind: Bitte bestätigen Sie die Anfrage im \
                Studio.
            """,
            poor="""
                Ich habe Ihr Konto gleich geöffnet und sehe die letzte Anmeldung vom {date} sowie {small} Guthaben.
            """,
        ),
        verified_form=lines("""
            Sie haben über das angemeldete Formular geschrieben und im Studio bestätigt, damit ist die Prüfung \
            erledigt.
        """),
        ask=tiered(
            good="""
                Damit ich das Richtige tue, brauche ich zwei Angaben:
                Um Ihnen eine zweite Runde zu ersparen, frage ich alles auf einmal:
            """,
            fair="""
                Eine Frage:
                Können Sie mir sagen:
            """,
            poor="""
                Bitte leeren Sie den Zwischenspeicher und starten Sie das Gerät neu.
                Bitte schicken Sie ein Bild des ganzen Bildschirms.
            """,
        ),
        moved_up=tiered(
            good="""
                Ihren Termin am {deadline} habe ich gesehen und den Fall vorgezogen.
            """,
            poor="""
                Anfragen werden in der Reihenfolge ihres Eingangs bearbeitet.
            """,
        ),
        once_more=tiered(
            good="""
                Kurz zwischendurch: Ich habe alles, was ich brauche, und prüfe es jetzt.
                Danke, mehr brauche ich nicht von Ihnen. Ich melde mich heute noch.
            """,
            fair="""
                Danke. Eines hätte ich gleich fragen sollen: Auf welchem Gerät tritt es auf, und seit wann?
            """,
            poor="""
                Bitte schicken Sie noch den Namen des Kanals, die Adresse des Videos und das Land.
            """,
        ),
        headline=tiered(
            good="""
                Das Wichtigste zuerst:
                Ich habe es gefunden.
                Die gute Nachricht: Das lässt sich lösen.
            """,
            poor="""
                Bezüglich Ihres Anliegens teilen wir mit, dass vorbehaltlich weiterer Prüfung gemäß den einschlägigen \
                Bestimmungen wie folgt verfahren wird.
            """,
        ),
        policy=tiered(
            good="""
                Das folgt aus: {policy}.
                Nachlesen können Sie es hier: {policy}.
            """,
            fair="""
                So steht es in unseren Bedingungen.
            """,
            poor="""
                Das sind nun einmal unsere Richtlinien.
            """,
        ),
        side=lines("""
            Zu Ihrer zweiten Frage:
            Und zum anderen Punkt:
        """),
        next_step=tiered(
            fair="""
                Sie hören von uns.
                Das sollte sich in einigen Tagen klären.
            """,
            poor="""
                Bitte schauen Sie von Zeit zu Zeit nach.
            """,
        ),
        promise=tiered(
            good="""
                Was andere entscheiden, kann ich nicht versprechen; was in meiner Hand liegt, halte ich.
            """,
            poor="""
                Ich garantiere Ihnen, dass das nie wieder vorkommt.
            """,
        ),
        leak=lines("""
            Übrigens ging es {partner} genauso, dort hatte sich ebenfalls die Adresse geändert.
            Bitte schicken Sie mir die vollständige Kartennummer, damit ich vergleichen kann.
        """),
        risk=tiered(
            good="""
                Eines nehme ich ernst und habe es unserem Sicherheitsteam weitergegeben: die ungewöhnliche Anmeldung.
            """,
        ),
        route=tiered(
            good="""
                Den nächsten Schritt macht das zuständige Team. Ich gebe alles weiter, was Sie mir gesagt haben.
            """,
            fair="""
                Ich habe es an das zuständige Team weitergeleitet.
            """,
            poor="""
                Dafür sind wir nicht zuständig. Bitte wenden Sie sich selbst an das andere Team.
            """,
        ),
        takeover=tiered(
            good="""
                Hallo {name}, {agent} hier. Ich übernehme von {colleague} und habe alles gelesen.
            """,
            fair="""
                Hallo {name}, Ihr Fall wurde mir übergeben.
            """,
            poor="""
                Guten Tag, bitte schildern Sie noch einmal, worum es geht.
            """,
        ),
        closing=tiered(
            good="""
                Ich bleibe Ihr Ansprechpartner. Herzliche Grüße, {agent}
                Wenn etwas anders aussieht als beschrieben, antworten Sie einfach hier. {agent}
                Alles Gute für {channel}, {agent}
            """,
            fair="""
                Viele Grüße, {agent}
                Freundliche Grüße
            """,
            poor="""
                Dieses Ticket wird nun geschlossen.
            """,
        ),
        final=tiered(
            good="""
                Danke für die Rückmeldung, {name}. Ich behalte es bis zum {soon} im Auge.
                Gern geschehen, {name}. Eine Antwort hier genügt, falls noch etwas ist.
            """,
            fair="""
                Gern geschehen.
                Danke, ich schließe das Ticket.
            """,
            poor="""
                Zur Kenntnis genommen.
                Mehr kann ich nicht tun.
            """,
        ),
        back_reply=tiered(
            good="""
                Es tut mir leid, {name}, dass Sie noch einmal schreiben mussten. Ich bin alles von vorn durchgegangen.
            """,
            fair="""
                Danke für die Nachricht, ich habe noch einmal nachgesehen.
            """,
            poor="""
                Wie bereits erklärt, ist das erledigt.
            """,
        ),
    ),
)
