"""French phrases."""

from qa.demo.phrases.model import CreatorPhrases, DeskPhrases, Phrases, tiered
from qa.demo.scenarios.model import lines

PHRASES = Phrases(
    creator=CreatorPhrases(
        hellos=lines("""
            Bonjour,
            Bonsoir,
            Bonjour à toute l'équipe,
            Salut,
        """),
        intros=lines("""
            ici {name}, de la chaîne {channel}.
            je suis {name}, ma chaîne s'appelle {channel}.
        """),
        worries={
            "strike": lines("""
                C'est la première fois en six ans.
                J'ai passé trois semaines sur cette vidéo.
                Un partenariat risque de tomber à l'eau.
                Je veux bien changer quelque chose, encore faut-il savoir quoi.
            """),
            "live": lines("""
                Mes spectateurs pensent que j'ai gardé l'argent.
                Des gens ont donné de l'argent pour de vrai.
                Cela s'est passé devant {viewers} personnes.
                Je n'ose plus lancer de direct tant que ce n'est pas clair.
            """),
        },
        urgent=lines("""
            J'en ai besoin avant le {deadline}, jour de ma prochaine émission.
            Le {deadline} est ma date limite, merci d'en tenir compte.
        """),
        signs=lines("""
            {name}
            Merci, {name}
            Bien à vous, {name}
            {name}, de la chaîne {channel}
        """),
        adding=lines("""
            Ce que je peux déjà dire :
            Si cela peut aider :
            Quelques détails :
        """),
        here=lines("""
            Oui, je suis là.
            D'accord, jusque-là je comprends.
            Très bien, c'est fait.
        """),
        proof=lines("""
            Le code est saisi. Mon adresse est [email 1] et la chaîne date de 2018.
            Confirmé dans le studio. Vous pouvez m'appeler au [phone 1].
            J'écris depuis [email 1], comme demandé ; la dernière vidéo d'avant était « {video} ».
        """),
        answering=tiered(
            good="""
                Merci pour cette réponse rapide !
                Parfait, j'ai regardé.
                Merci {agent}, cela m'aide déjà.
            """,
            fair="""
                Voici les informations.
                J'ai regardé :
            """,
            poor="""
                Je l'avais déjà écrit.
                Ce n'était pas vraiment ma question.
            """,
        ),
        once_more_answer=lines("""
            C'est {device}, depuis le {date}.
            Depuis le {date}, sur {device} comme ailleurs.
        """),
        side_asked=lines("""
            Et autre chose : {side}
            J'en profite pour demander : {side}
        """),
        side_again=lines("""
            Mon autre question reste sans réponse : {side}
            Et pour ceci ? {side}
        """),
        farewell=tiered(
            good="""
                Merci beaucoup, {agent}, personne ne me l'avait expliqué aussi clairement.
                Cela a marché, merci !
                Parfait, maintenant je comprends. Merci.
            """,
            fair="""
                Bon, merci. J'attends donc.
                D'accord, je vais essayer.
            """,
            poor="""
                Je n'en sais pas plus qu'avant. Dommage.
                J'ai l'impression que personne n'a lu mon message.
            """,
        ),
        back=lines("""
            Je reviens vers vous : nous sommes le {date_again} et rien n'a changé.
            Malheureusement ce n'est pas réglé, j'ai pourtant tout suivi.
        """),
    ),
    desk=DeskPhrases(
        bot=lines("""
            Merci d'avoir écrit au support Ovanto. Votre demande porte le numéro {ticket}.
            Nous avons bien reçu votre message (numéro {ticket}). Nous répondons en général sous un jour ouvré.
        """),
        greeting=tiered(
            good="""
                Bonjour {name}, ici {agent}, du support aux créateurs ; je m'en occupe du début à la fin.
                Bonjour {name}, je m'appelle {agent} et j'ai regardé {channel} avant de vous écrire.
                Bonjour {name}, {agent} à l'appareil. J'ai lu votre message en entier.
            """,
            fair="""
                Bonjour {name},
                Bonjour, merci pour votre message.
            """,
            poor="""
                Cher utilisateur,
                Bonjour {stranger}, merci d'avoir écrit.
            """,
        ),
        empathy={
            "strike": lines("""
                Je comprends le choc après tout ce travail ; j'ai donc tout regardé avant de répondre.
                Une décision qu'on ne comprend pas est dure à accepter, et je veux que vous sachiez précisément de \
                quoi il s'agit.
            """),
            "live": lines("""
                Ce moment devant votre public a dû être gênant, je le regrette.
                Je comprends qu'il y va de la confiance de vos spectateurs, pas seulement de chiffres.
            """),
        },
        tone=tiered(
            fair="""
                Merci pour ces informations.
                Nous regrettons ce désagrément.
            """,
            poor="""
                Comme l'indique clairement la page d'aide, tout y est expliqué.
                Merci de comprendre que nous recevons des milliers de demandes de ce genre.
            """,
        ),
        context=tiered(
            good="""
                J'ai sous les yeux votre demande {case} du {earlier}, vous n'avez donc rien à répéter.
                Grâce à {case}, je connais déjà la chaîne et l'appareil, merci.
            """,
            fair="""
                Je vois que vous nous avez déjà écrit.
            """,
            poor="""
                Merci d'indiquer le nom de votre chaîne et de tout décrire depuis le début.
            """,
        ),
        verify=tiered(
            good="""
                Avant d'ouvrir le compte : j'ai envoyé un code à l'adresse enregistrée. Répondez-moi avec ce code et \
                indiquez le mois de création de la chaîne.
                Pour protéger {channel}, je vérifie d'abord que c'est bien vous : confirmez la demande affichée dans \
                le studio.
            """,
            poor="""
                J'ai tout de suite ouvert votre compte : il reste {small} et la dernière connexion date du {date}.
            """,
        ),
        verified_form=lines("""
            Vous avez écrit depuis le formulaire connecté et confirmé dans le studio, la vérification est donc faite.
        """),
        ask=tiered(
            good="""
                Pour viser juste, il me faut deux précisions :
                Pour vous épargner un second échange, je demande tout d'un coup :
            """,
            fair="""
                Une question :
                Pouvez-vous me dire ceci ?
            """,
            poor="""
                Videz le cache et redémarrez l'appareil.
                Envoyez une capture de l'écran entier.
            """,
        ),
        moved_up=tiered(
            good="""
                J'ai noté votre date, le {deadline}, et fait passer le dossier en priorité.
            """,
            poor="""
                Les demandes sont traitées dans l'ordre d'arrivée.
            """,
        ),
        once_more=tiered(
            good="""
                Un mot en attendant : j'ai tout ce qu'il me faut et je vérifie.
                Merci, je n'ai besoin de rien d'autre. Je reviens vers vous aujourd'hui.
            """,
            fair="""
                Merci. J'aurais dû le demander d'emblée : sur quel appareil, et depuis quand ?
            """,
            poor="""
                Envoyez aussi le nom de la chaîne, l'adresse de la vidéo et le pays.
            """,
        ),
        headline=tiered(
            good="""
                L'essentiel d'abord :
                J'ai trouvé.
                Voici ce qui s'est passé et ce qui aide :
            """,
            poor="""
                Suite à votre requête, et sous réserve de vérifications ultérieures, il sera procédé conformément aux \
                dispositions applicables.
            """,
        ),
        policy=tiered(
            good="""
                Le texte de référence : {policy}.
                Cela découle de : {policy}.
            """,
            fair="""
                C'est dans nos conditions.
            """,
            poor="""
                Ce sont nos règles, voilà tout.
            """,
        ),
        side=lines("""
            Quant à votre seconde question :
            Et pour l'autre point :
        """),
        next_step=tiered(
            fair="""
                Vous aurez de nos nouvelles.
                Cela devrait se régler dans quelques jours.
            """,
            poor="""
                Revenez voir de temps en temps.
            """,
        ),
        promise=tiered(
            good="""
                Je ne peux pas promettre ce que d'autres décident ; ce qui dépend de moi, je le tiens.
            """,
            poor="""
                Je vous garantis que cela n'arrivera plus jamais.
            """,
        ),
        leak=lines("""
            D'ailleurs, {partner} a eu exactement le même souci, son adresse avait changé aussi.
            Envoyez-moi le numéro complet de la carte pour que je compare.
        """),
        risk=tiered(
            good="""
                Je prends un point au sérieux et je l'ai transmis à l'équipe de sécurité : la connexion depuis un lieu \
                inconnu.
            """,
        ),
        route=tiered(
            good="""
                La suite revient à l'équipe compétente. Je lui transmets tout ce que vous m'avez dit.
            """,
            fair="""
                J'ai transmis à l'équipe compétente.
            """,
            poor="""
                Cela ne relève pas de nous. Écrivez vous-même à l'autre équipe.
            """,
        ),
        takeover=tiered(
            good="""
                Bonjour {name}, ici {agent}. Je prends le relais de {colleague} et j'ai tout lu.
            """,
            fair="""
                Bonjour {name}, votre dossier m'a été confié.
            """,
            poor="""
                Bonjour, merci de redire de quoi il s'agit.
            """,
        ),
        closing=tiered(
            good="""
                Je reste votre contact. Bien cordialement, {agent}
                Si quelque chose diffère de ce que j'ai écrit, répondez simplement ici. {agent}
                Belle continuation à {channel}, {agent}
            """,
            fair="""
                Cordialement, {agent}
                Bonne journée
            """,
            poor="""
                Ce dossier est maintenant clos.
            """,
        ),
        final=tiered(
            good="""
                Merci de votre retour, {name}. Je garde un œil dessus jusqu'au {soon}.
                Avec plaisir, {name}. Une réponse ici suffit s'il reste quelque chose.
            """,
            fair="""
                Je vous en prie.
                Merci, je ferme le dossier.
            """,
            poor="""
                C'est noté.
                Je ne peux rien faire de plus.
            """,
        ),
        back_reply=tiered(
            good="""
                Je regrette que vous ayez dû réécrire, {name}. J'ai tout repris depuis le début.
            """,
            fair="""
                Merci pour votre message, j'ai regardé de nouveau.
            """,
            poor="""
                Comme déjà expliqué, c'est réglé.
            """,
        ),
    ),
)
