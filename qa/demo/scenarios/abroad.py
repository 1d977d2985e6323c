"""Matters that creators write about in German and Spanish. Findings stay in English, the company's language."""

from qa.demo.scenarios.model import Family, branch, family

FAMILIES: tuple[Family, ...] = (
    family(
        "locked_account_german",
        "Locked account (German)",
        queue="account_access",
        language="de",
        topic="lock of the account",
        stake="access",
        share=2.2,
        risk_class=2,
        policy="Richtlinie zur Kontosicherheit, Abschnitt 3 (ungewöhnliche Anmeldungen)",
        handover="account recovery",
        facts={"place": ("Lissabon", "Graz", "Reykjavik", "Nairobi", "Bozen", "Krakau")},
        subjects="""
            Konto gesperrt, ich bin in {place}
            Kein Zugang mehr zu {channel}
            Anmeldung nicht möglich seit dem {date}
        """,
        openings="""
            Seit dem {date} ist mein Konto gesperrt, angeblich wegen ungewöhnlicher Anmeldung. Ich bin in {place} und \
            arbeite dort.
            Ich komme nicht mehr in {channel} hinein. Die Seite sagt „gesperrt“, mehr nicht.
            Nach der Ankunft in {place} habe ich mich auf {device} angemeldet und wurde sofort ausgesperrt.
        """,
        questions="""
            Bietet die Sperrseite eine Bestätigung auf einem anderen Gerät an, und haben Sie dieses Gerät bei sich?
            Haben Sie das Netz des Hotels oder einen Tunnel benutzt?
        """,
        sides="""
            Gehen meine geplanten Videos trotzdem raus? | Ja, alles Geplante erscheint wie vorgesehen, die Sperre \
            betrifft nur die Anmeldung.
            Kann ich eine Reise vorher ankündigen? | Nein, aber ein Passkey auf dem mitgenommenen Gerät verhindert die \
            Sperre.
        """,
        branches=(
            branch(
                "tunnel",
                detail="""
                    Ja, über einen Tunnel, weil das Hotelnetz so langsam ist. Das andere Gerät liegt zu Hause.
                    Sie will eine Bestätigung auf meinem Tablet, und das liegt daheim. Einen Tunnel benutze ich, ja.
                """,
                finding="""
                    Two countries within 40 minutes through a network tool: lock by rule. Known device.
                """,
                right="""
                    Die Sperre kam durch den Tunnel: Innerhalb von 40 Minuten schienen Sie in zwei Ländern zu sein. \
                    Schalten Sie ihn aus, öffnen Sie die Sperrseite auf demselben Gerät und wählen Sie „Anders \
                    bestätigen“; weil das Gerät bekannt ist, genügt ein Code an die hinterlegte Adresse.
                    Ihr Gerät ist bekannt, nur der Sprung zwischen zwei Ländern hat die Sperre ausgelöst. Ohne Tunnel \
                    bietet die Seite einen Code statt des Tablets an.
                """,
                thin="""
                    Die Sperre kam durch einen ungewöhnlichen Ort. Bitte bestätigen Sie auf der Seite, dass Sie es \
                    sind.
                """,
                wrong="""
                    Sperren lösen sich von selbst, sobald Sie wieder zu Hause sind.
                """,
                steps="""
                    Versuchen Sie es jetzt ohne Tunnel; ich sehe am {soon} nach, ob die Sperre weg ist, und schreibe \
                    Ihnen.
                """,
            ),
            branch(
                "borrowed",
                detail="""
                    Es ist ein geliehener Rechner, meiner ist kaputt. Kein Tunnel.
                    Ich sitze am Rechner einer Freundin. Mein Telefon habe ich dabei.
                """,
                finding="""
                    New device and new place. Passkey on the owner's phone exists, no recovery needed.
                """,
                right="""
                    Ein fremder Rechner an einem neuen Ort: genau dafür gibt es die Sperre. Auf Ihrem Telefon liegt \
                    ein Passkey. Wählen Sie „Passkey verwenden“ und lesen Sie den Code mit dem Telefon ein; danach \
                    bitte auf dem geliehenen Rechner abmelden.
                    Sie brauchen nichts von zu Hause: Der Passkey auf dem Telefon öffnet die Sperre. Beenden Sie \
                    hinterher die Sitzung auf dem fremden Rechner.
                """,
                thin="""
                    Bitte verwenden Sie einen Passkey oder warten Sie ab.
                """,
                wrong="""
                    Bitte schicken Sie ein Foto Ihres Ausweises als Antwort auf diese Nachricht.
                """,
                steps="""
                    Wird der Passkey nicht angenommen, antworten Sie gleich hier; am {soon} sehe ich in jedem Fall \
                    nach.
                """,
            ),
        ),
    ),
    family(
        "tax_form_german",
        "Tax form (German)",
        queue="payouts",
        language="de",
        topic="withholding after a tax form",
        stake="money",
        share=1.8,
        risk_class=3,
        policy="Auszahlungsbedingungen, Abschnitt 7 (Steuerangaben)",
        handover="tax operations",
        facts={"rate": ("24 %", "30 %")},
        subjects="""
            {rate} Abzug bei der Auszahlung
            @company Steuerformular abgelehnt
            Auszahlung für {month} zu niedrig
        """,
        openings="""
            Bei der Auszahlung für {month} wurden {rate} abgezogen, obwohl ich das Steuerformular am {earlier} \
            ausgefüllt habe.
            @company Mein Steuerformular wurde abgelehnt, Begründung: „Angaben stimmen nicht überein“. Womit denn?
            Von {amount} fehlen auf einmal {rate}. Das war in den Monaten davor nie so.
        """,
        questions="""
            Haben Sie das Formular als Person oder als Firma ausgefüllt, und wem gehört das Bankkonto?
            Stimmt der Name Buchstabe für Buchstabe mit der Bescheinigung überein?
        """,
        sides="""
            Bekomme ich den Abzug zurück? | Was in diesem Jahr einbehalten wurde, kommt mit der Auszahlung nach dem \
            angenommenen Formular zurück.
            Brauche ich dafür einen Steuerberater? | Steuerberatung dürfen wir nicht leisten; für die Wahl selbst ist \
            er der richtige Ansprechpartner.
        """,
        branches=(
            branch(
                "company",
                detail="""
                    Als Person, glaube ich. Das Konto gehört der Firma.
                    Ich habe aus Gewohnheit „Person“ angekreuzt, das Konto läuft auf die GmbH.
                """,
                finding="""
                    Form filed as individual, payee is a company: mismatch, default withholding. Identity data fine.
                """,
                right="""
                    Das Formular wurde für eine Person ausgefüllt, der Empfänger von {channel} ist aber eine Firma; \
                    deshalb gilt der Regelsatz von {rate}. Bitte füllen Sie unter Einnahmen, Steuern das Formular für \
                    Firmen aus, der Name wie im Register. Mit der nächsten Auszahlung nach der Annahme endet der \
                    Abzug.
                    Ich habe beides verglichen: Empfänger „Firma“, Formular „Person“. Nur daher kommen die {rate}. Ein \
                    neues Formular ersetzt das alte.
                """,
                thin="""
                    Das Formular passt nicht zum Empfänger. Bitte füllen Sie es neu aus.
                """,
                wrong="""
                    Der Satz von {rate} gilt für alle und lässt sich nicht ändern.
                """,
                steps="""
                    Ein neues Formular wird in zwei Arbeitstagen geprüft; am {soon} sehe ich nach und nenne Ihnen den \
                    Satz.
                """,
            ),
            branch(
                "treaty",
                detail="""
                    Als Person, der Name stimmt. Den Teil mit dem Abkommen habe ich nicht verstanden und leer \
                    gelassen.
                    Alles wie auf der Bescheinigung. Ein Abschnitt blieb leer, der mit den ermäßigten Sätzen.
                """,
                finding="""
                    Form valid, section on reduced rates empty, so the full rate applies. No hold.
                """,
                right="""
                    Ihr Formular ist gültig; nur der Abschnitt über ermäßigte Sätze ist leer, und ohne diese Angabe \
                    gilt der volle Satz. Ob Ihnen ein ermäßigter Satz zusteht, entscheiden Sie oder Ihr Berater; ein \
                    neues Formular können Sie jederzeit einreichen.
                    Einen Fehler finde ich nicht. Es fehlt allein die Angabe zum ermäßigten Satz, daher die {rate}. \
                    Reichen Sie das Formular neu ein, falls er Ihnen zusteht.
                """,
                thin="""
                    Ein Teil des Formulars ist leer, deshalb gilt der höhere Satz.
                """,
                wrong="""
                    Kreuzen Sie einfach alles an, dann zahlen Sie nichts.
                """,
                steps="""
                    Am {soon} sehe ich mir das Formular noch einmal an und bestätige Ihnen den Satz schriftlich.
                """,
            ),
        ),
    ),
    family(
        "payout_missing_spanish",
        "Payout missing (Spanish)",
        queue="payouts",
        language="es",
        topic="missing payout of {month}",
        stake="money",
        share=2.0,
        risk_class=3,
        policy="Condiciones de pago, sección 5 (retenciones y devoluciones)",
        handover="payment operations",
        subjects="""
            No ha llegado el pago de {month}
            ¿Dónde está mi dinero de {month}?
            @returned Pago enviado, pero el banco no tiene nada
        """,
        openings="""
            El pago de {month}, {amount}, tenía que llegar el {date} y en el banco no hay nada.
            @returned En el panel pone «enviado» desde el {date}, pero a mi cuenta no ha llegado ni un céntimo.
            Llevo dos años cobrando sin problemas y los {amount} de {month} no aparecen.
        """,
        questions="""
            ¿Qué estado muestra ahora la línea de {month}: programado, enviado o devuelto?
            ¿Has cambiado la dirección, la cuenta o el nombre de la empresa desde el último pago?
        """,
        sides="""
            ¿Y el próximo pago también se retrasará? | No, mientras la línea diga «programado» saldrá el día de \
            siempre.
            ¿Tengo que rellenar otra vez el formulario fiscal? | No, sigue siendo válido.
        """,
        branches=(
            branch(
                "returned",
                detail="""
                    Pone «devuelto» desde ayer. Mi banco se fusionó con otro en primavera.
                    Ha pasado a «devuelto». Creo que sigo teniendo el número antiguo.
                """,
                finding="""
                    Sent and returned by the bank with "account closed". Money is back on the balance. No hold.
                """,
                right="""
                    El banco devolvió los {amount} porque la cuenta está cerrada; el dinero vuelve a estar en tu \
                    saldo. Introduce la cuenta nueva en Ingresos, Beneficiario (nunca en un mensaje) y, tras la \
                    comprobación de tres días, enviamos otra vez el pago de {month} sin coste.
                    Veo la devolución: «cuenta cerrada». No se ha perdido nada. Añade la cuenta nueva en el \
                    formulario, espera la marca verde y saldrá con el siguiente envío.
                """,
                thin="""
                    El banco devolvió el pago. Actualiza tus datos bancarios y se enviará de nuevo.
                """,
                wrong="""
                    Mándame aquí el número de la cuenta nueva y lo pongo yo.
                """,
                steps="""
                    En cuanto vea la marca verde libero el envío; en cualquier caso te escribo el {soon}.
                """,
            ),
            branch(
                "address_hold",
                detail="""
                    Pone «programado», con un relojito. Y sí, me mudé en {prior_month}.
                    Programado. Cambié la dirección hace poco, ¿será eso?
                """,
                finding="""
                    On hold after change of address, PIN letter sent and not entered. Bank data unchanged.
                """,
                right="""
                    Tus {amount} están a salvo. El pago espera porque la dirección nueva aún no está confirmada: entra \
                    en Ingresos, Beneficiario, Confirmar dirección y escribe el PIN de la carta que enviamos el \
                    {earlier}. Con eso sale en el siguiente envío diario.
                    El importe de {month} está completo y solo espera el PIN de la dirección nueva. Si la carta se \
                    perdió, en la misma página puedes pedir otra.
                """,
                thin="""
                    Está retenido por el cambio de dirección. Cuando la confirmes se pagará.
                """,
                wrong="""
                    Borra tu perfil de beneficiario y crea otro, así se enviará otra vez.
                """,
                steps="""
                    Vuelvo a mirarlo el {soon} y te escribo, hayas puesto el PIN o no.
                """,
            ),
        ),
    ),
    family(
        "gifts_spanish",
        "Gifts not credited (Spanish)",
        queue="live_gifts",
        language="es",
        topic="missing gifts of the stream",
        stake="live",
        share=2.0,
        channels=(2, 2, 5, 1),
        risk_class=2,
        policy="Condiciones de regalos, sección 2 (abono)",
        handover="live engineering",
        subjects="""
            Faltan regalos del directo del {date}
            Los regalos no se han abonado
            {small} en regalos que no aparecen
        """,
        openings="""
            En el directo del {date} a las {hour} recibí regalos por unos {small} y el saldo no se ha movido.
            Mis espectadores mandaron regalos, la animación salió y en el registro no hay nada.
            {viewers} personas mirando, un montón de regalos y el saldo igual que antes.
        """,
        questions="""
            ¿El directo terminó con normalidad o se cortó y lo volviste a empezar?
            ¿La lista de regalos los muestra como «pendientes» o no aparecen?
        """,
        sides="""
            ¿Se les devuelven las monedas a mis espectadores? | No, los regalos valen; solo se retrasa el abono.
            ¿Y si hago dos directos el mismo día? | Cada directo tiene su propia lista, no se mezcla nada.
        """,
        branches=(
            branch(
                "cut",
                detail="""
                    Se cortó una vez y volví al minuto. La lista de la primera parte está vacía.
                    Se fue la conexión a las {hour}. Solo veo los regalos de después.
                """,
                finding="""
                    Two stream ids; the first ended without a closing event, its gifts sit in the late ledger.
                """,
                right="""
                    Tu directo tiene dos mitades en nuestros libros. La primera se cortó sin cerrarse, y sus regalos, \
                    {small}, esperan la comprobación nocturna. Ya la he pedido: aparecerán en el primer directo, con \
                    los nombres de quienes los enviaron.
                    Los he encontrado: los {small} son de la parte anterior al corte. No se ha perdido nada y se \
                    abonan en cuanto se cierre esa mitad.
                """,
                thin="""
                    Cuando un directo se corta, los regalos pueden tardar.
                """,
                wrong="""
                    Los regalos de antes de un corte se pierden, lo dicen las condiciones.
                """,
                steps="""
                    El cierre se hace por la noche; el {soon} compruebo la suma y te la escribo.
                """,
            ),
            branch(
                "pending",
                detail="""
                    Terminó bien. Están como «pendientes» desde aquella noche.
                    Pendientes, todos de una sola persona con un nombre raro.
                """,
                finding="""
                    Gifts pending: payment check on one new buyer, usual 72 hours. Rest credited.
                """,
                right="""
                    Todos los pendientes son de un comprador nuevo, y una primera compra grande se comprueba durante \
                    un máximo de 72 horas. Si el pago es bueno, los {small} se abonan solos; si no, desaparecen y no \
                    debes nada.
                    Se está comprobando el pago de esa persona, lo normal en una primera compra así. No has hecho nada \
                    mal ni tienes que hacer nada.
                """,
                thin="""
                    Los regalos se están comprobando, espera un poco.
                """,
                wrong="""
                    Seguro que esa persona hace trampas, bloquéala ya.
                """,
                steps="""
                    La comprobación acaba como muy tarde el {soon}; lo miro ese día y te digo el resultado.
                """,
            ),
        ),
    ),
)
