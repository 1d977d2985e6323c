"""Matters that creators write about in French and Portuguese. Findings stay in English, the company's language."""

from qa.demo.scenarios.model import Family, branch, family

FAMILIES: tuple[Family, ...] = (
    family(
        "strike_french",
        "Community guideline strike (French)",
        queue="appeals",
        language="fr",
        topic='strike on "{video}"',
        stake="strike",
        share=2.2,
        risk_class=3,
        severities=(4, 4, 1, 0),
        verifies=False,
        policy="Règles de la communauté, chapitre 4 (actes dangereux)",
        handover="policy review",
        facts={"act": ("une tronçonneuse", "un feu de camp", "l'escalade d'une grue", "un vieux pétard")},
        subjects="""
            Appel : avertissement sur « {video} »
            Vidéo retirée le {date}, je conteste
            Avertissement injustifié
        """,
        openings="""
            Le {date}, j'ai reçu un avertissement pour « {video} ». J'y montre {act}, avec toutes les précautions.
            Je fais appel de l'avertissement sur « {video} ». Je dis trois fois qu'il ne faut pas m'imiter.
            « {video} » a été retirée pour « actes dangereux ». D'autres chaînes montrent {act} tous les jours.
        """,
        questions="""
            À quelle minute parlez-vous des précautions, et est-ce aussi écrit à l'écran ?
            La description a-t-elle été modifiée après la publication ?
        """,
        sides="""
            Combien de temps dure un avertissement ? | 90 jours ; la formation dans le studio efface le tout premier.
            Puis-je remettre la vidéo entre-temps ? | Pas ici tant que l'appel est en cours.
        """,
        branches=(
            branch(
                "granted",
                detail="""
                    À {minute}, et le texte reste dix secondes à l'écran. Rien n'a été modifié.
                    Dès le début, puis à {minute}. Je n'ai rien changé.
                """,
                finding="""
                    Watched in full: warning at start and again later, protection worn. Chapter 4 allows this with \
                    context. Strike lifted.
                """,
                right="""
                    J'ai regardé la vidéo en entier. À {minute}, vous montrez et expliquez les protections, et le \
                    chapitre 4 l'autorise dans ce cadre. L'avertissement était une erreur de notre part : il est levé, \
                    la vidéo est de retour et il n'en reste rien. Je le regrette.
                    Votre appel est accepté. La première décision reposait sur deux secondes sorties de leur contexte. \
                    Vue en entier, la vidéo respecte le chapitre 4.
                """,
                thin="""
                    Après un nouvel examen, l'avertissement est retiré.
                """,
                wrong="""
                    Montrer {act} est toujours interdit, l'avertissement reste.
                """,
                steps="""
                    La vidéo est visible partout sous un jour ; je vérifie le {soon} que tout est revenu.
                """,
            ),
            branch(
                "kept",
                detail="""
                    C'est dans la description. Dans la vidéo, je ne le dis pas.
                    Il n'y en a pas dans la vidéo, mais tout le monde le sait. J'ai ajouté le texte après.
                """,
                finding="""
                    No context in the video itself, description edited after the strike. Steps can be copied. Strike \
                    stays; trimming possible.
                """,
                right="""
                    J'ai tout regardé, et l'avertissement est maintenu. À partir de {minute}, vous montrez {act} pas à \
                    pas, sans protection ni mise en garde dans la vidéo ; une ligne dans la description ne suffit pas \
                    selon le chapitre 4. Vous pouvez faire un second appel sous 30 jours avec des éléments nouveaux, \
                    ou couper ce passage dans l'éditeur : la vidéo revient alors.
                    La réponse est non, et voici pourquoi : c'est le passage après {minute}, reproductible tel quel. \
                    Le reste convient. Le couper ramène la vidéo ; l'avertissement prend fin 90 jours après le {date}.
                """,
                thin="""
                    Après vérification, l'avertissement est maintenu.
                """,
                wrong="""
                    C'est la machine qui a décidé, nous n'y pouvons rien.
                """,
                steps="""
                    Si vous coupez le passage, dites-le-moi ; je fais vérifier la coupe avant le {soon}.
                """,
            ),
        ),
    ),
    family(
        "gift_reversal_french",
        "Gifts reversed (French)",
        queue="live_gifts",
        language="fr",
        topic="reversed gifts",
        stake="live",
        share=1.8,
        channels=(2, 2, 5, 1),
        risk_class=4,
        policy="Conditions des cadeaux, section 6 (fraude et annulations)",
        handover="payment fraud",
        subjects="""
            {small} retirés de mon solde de cadeaux
            Cadeaux annulés, pourquoi ?
            Solde de cadeaux négatif
        """,
        openings="""
            Le {date}, vous avez retiré {small} de mon solde de cadeaux. Il est seulement écrit « annulation ».
            Mon solde de cadeaux est négatif depuis le {date}. Je n'ai rien fait de mal.
            Des cadeaux reçus en direct ont disparu des semaines plus tard, {small} en tout.
        """,
        questions="""
            Les spectateurs en question vous ont-ils écrit en dehors du direct ?
            Une partie de ces cadeaux a-t-elle déjà été versée sur votre compte bancaire ?
        """,
        sides="""
            Mes autres cadeaux sont-ils menacés ? | Seuls ceux payés avec les cartes signalées sont annulés ; les \
            autres sont acquis après 60 jours.
            Vais-je avoir un avertissement ? | Non, sauf participation volontaire.
        """,
        branches=(
            branch(
                "cards",
                detail="""
                    Personne ne m'a écrit. Et oui, la moitié était dans le versement de {prior_month}.
                    Aucun contact. Le versement de {prior_month} en contenait la plus grande partie.
                """,
                finding="""
                    Cards reported stolen by the banks, gifts reversed. Creator not involved. Set off over coming \
                    gifts, max 30 % a month.
                """,
                right="""
                    Ces cadeaux ont été payés avec des cartes déclarées volées, et les banques ont repris l'argent. \
                    Personne ne vous soupçonne. Ce qui vous avait déjà été versé est compensé sur les cadeaux à venir, \
                    30 % par mois au plus.
                    J'ai vérifié la liste : chaque cadeau annulé correspond à une carte signalée. La somme de {small} \
                    est compensée petit à petit, et le registre montre chaque ligne.
                """,
                thin="""
                    Les cadeaux venaient de cartes volées, ils ont donc été annulés.
                """,
                wrong="""
                    Vous devez nous rembourser {small} sous une semaine.
                """,
                steps="""
                    Je vous envoie le {soon} la liste, cadeau par cadeau, avec la première compensation.
                """,
            ),
            branch(
                "ring",
                detail="""
                    Ils m'ont écrit ailleurs, je n'ai pas répondu. Rien n'a été versé.
                    Il y a eu un message pour partager des pièces. Je l'ai ignoré.
                """,
                finding="""
                    Gift ring on several channels. Creator reported contact and did not take part. Fraud team has the \
                    case.
                """,
                right="""
                    Vous avez été visé par un groupe qui blanchit des cartes volées au moyen de cadeaux. Ne pas \
                    répondre était la bonne réaction. L'argent n'a jamais existé, rien qui soit à vous n'a été touché. \
                    Gardez les messages et signalez les comptes.
                    Ces cadeaux viennent d'un groupe que notre équipe antifraude connaît. Vos propres cadeaux sont \
                    intacts, j'ai vérifié la somme.
                """,
                thin="""
                    Il s'agit d'une fraude, les cadeaux ont dû être retirés.
                """,
                wrong="""
                    Comme vous étiez en contact avec eux, votre compte peut être fermé.
                """,
                steps="""
                    L'équipe antifraude termine avant le {soon} ; je vous dirai ce que je peux dire.
                """,
            ),
        ),
    ),
    family(
        "own_song_portuguese",
        "Claim on one's own song (Portuguese)",
        queue="music_rights",
        language="pt",
        topic="claim on the creator's own song",
        stake="rights",
        share=2.4,
        risk_class=2,
        policy="Processo de direitos musicais, parte 2 (artistas e distribuidores)",
        handover="music partnerships",
        subjects="""
            A música é minha!
            Reivindicação sobre «{song}»
            {label} reivindica a minha canção
        """,
        openings="""
            Compus e gravei «{song}», e a {label} reivindica-a no meu próprio vídeo desde {date}.
            A minha canção «{song}» foi reivindicada em «{video}». Eu é que a escrevi!
            A {label} ganha dinheiro com «{song}». Nunca assinei nada com eles.
        """,
        questions="""
            Com que distribuidor publicou a canção, e a deteção de conteúdo está ativada lá?
            Usou algum som ou ritmo que outros também possam usar?
        """,
        sides="""
            Tenho de avisar o distribuidor antes de cada vídeo? | Não, indica-lhes o canal uma vez e fica isento.
            E as versões feitas por outros? | São detetadas para si, e decide em cada caso o que acontece.
        """,
        branches=(
            branch(
                "distributor",
                detail="""
                    Publiquei com um distribuidor em {prior_month}. Havia uma opção de deteção, sim.
                    O distribuidor pertence à {label}, vejo agora. Assinalei tudo.
                """,
                finding="""
                    Claim comes from the creator's own distributor. Channel not on the exempt list. Distributor can \
                    release.
                """,
                right="""
                    A reivindicação vem do seu próprio distribuidor, que entrega em nome da {label} e deteta a canção \
                    por si, até no seu canal. Peça-lhes que ponham {channel} na lista de isenções; libertam a \
                    reivindicação e ela não volta.
                    Ninguém lha roubou: ativou a deteção no distribuidor e eles não sabem que {channel} é seu. Uma \
                    entrada na lista de isenções resolve todos os vídeos.
                """,
                thin="""
                    Contacte o seu distribuidor por causa da reivindicação.
                """,
                wrong="""
                    A {label} é agora a dona, visto que lhes deu a canção.
                """,
                steps="""
                    Os distribuidores respondem em poucos dias; vejo isto a {soon} e escrevo-lhe.
                """,
            ),
            branch(
                "loop",
                detail="""
                    Nenhum distribuidor. A bateria é de um pacote que milhares usam.
                    Nunca a publiquei. Usei um ritmo de {library}.
                """,
                finding="""
                    Match is a drum loop registered by another artist against the pack's terms. Dispute, wrong \
                    reference reported.
                """,
                right="""
                    Só o ritmo do pacote foi detetado: outro artista registou uma canção com o mesmo som, o que as \
                    condições do pacote proíbem. Conteste com a licença do pacote; já comuniquei a referência errada, \
                    para que não atinja mais ninguém.
                    É o ritmo e não a sua melodia. O caminho é contestar com a licença, e a referência errada está \
                    hoje na mesa dos direitos.
                """,
                thin="""
                    O ritmo foi detetado. Pode contestar.
                """,
                wrong="""
                    Não se podem usar ritmos prontos, retire a canção.
                """,
                steps="""
                    A referência errada é verificada até {soon}; escrevo-lhe então com o resultado.
                """,
            ),
        ),
    ),
    family(
        "analytics_portuguese",
        "Analytics do not agree (Portuguese)",
        queue="creator_tools",
        language="pt",
        topic="differing view counts",
        stake="growth",
        share=2.0,
        risk_class=0,
        policy="Guia das estatísticas, página «Porque diferem os números»",
        handover="analytics",
        subjects="""
            Visualizações que não batem certo
            Menos {percent} % de um dia para o outro
            Que número está certo?
        """,
        openings="""
            A página de «{video}» mostra um número e as estatísticas mostram menos {percent} por cento. Qual está \
            certo?
            A {date} a minha audiência caiu {percent} por cento de um dia para o outro, só nas estatísticas.
            A {sponsor} compara dois relatórios vossos de {month} e não coincidem.
        """,
        questions="""
            Que fuso horário e que datas usam os dois relatórios?
            Há algum filtro de vídeos curtos ou de diretos ativo num deles?
        """,
        sides="""
            Que número dou ao meu patrocinador? | O de «Visualizações finais», com as datas; depois de 48 horas já não \
            muda.
            Posso dar-lhes acesso? | Sim, a função «leitor» mostra as estatísticas sem os rendimentos.
        """,
        branches=(
            branch(
                "zone",
                detail="""
                    Um foi feito pela minha agente, que vive noutro fuso. Nunca tinha reparado.
                    As datas são iguais. O fuso não, vejo agora.
                """,
                finding="""
                    Reports in two time zones; a premiere at midnight falls on different days. Monthly totals agree.
                """,
                right="""
                    Estão os dois certos, mas cortam os dias de maneira diferente: um usa o seu fuso e o outro o da \
                    sua agente, e a estreia à meia-noite cai em dias diferentes. No total de {month} coincidem, \
                    verifiquei.
                    É o fuso horário. Ponha o mesmo nos dois em Estatísticas, Definições, e os dias batem certo.
                """,
                thin="""
                    Os relatórios usam fusos diferentes.
                """,
                wrong="""
                    As estatísticas são só uma estimativa, nunca as mostre a patrocinadores.
                """,
                steps="""
                    Quando estiverem iguais, comparo {month} outra vez e escrevo-lhe a {soon}.
                """,
            ),
            branch(
                "removed",
                detail="""
                    Mesmo fuso, mesmas datas. Filtro, que eu saiba, nenhum.
                    Verifiquei as duas coisas. A quebra é a {date} e antes está tudo bem.
                """,
                finding="""
                    Invalid views removed after the weekly check; page counter updated later. Not held against the \
                    channel.
                """,
                right="""
                    A {date} a verificação semanal retirou visualizações feitas por máquinas, e as estatísticas \
                    atualizam-se antes do contador da página. Isto não conta contra si, e os espectadores verdadeiros \
                    continuam lá.
                    As estatísticas estão adiantadas: saíram visualizações de máquinas a {date}, e a página segue \
                    dentro de dias. O seu público não encolheu.
                """,
                thin="""
                    Algumas visualizações foram retiradas por uma verificação.
                """,
                wrong="""
                    Deve ter comprado visualizações, pare com isso.
                """,
                steps="""
                    Até {soon} os dois devem coincidir; vejo nesse dia e digo-lhe se não for assim.
                """,
            ),
        ),
    ),
)
