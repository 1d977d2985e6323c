"""Portuguese phrases."""

from qa.demo.phrases.model import CreatorPhrases, DeskPhrases, Phrases, tiered
from qa.demo.scenarios.model import lines

PHRASES = Phrases(
    creator=CreatorPhrases(
        hellos=lines("""
            Olá,
            Bom dia,
            Boa tarde,
            Olá, equipa,
        """),
        intros=lines("""
            fala {name}, do canal {channel}.
            aqui {name}, o canal é {channel}.
        """),
        worries={
            "rights": lines("""
                O rendimento do vídeo vai todo para outra pessoa.
                Fiz tudo como manda a regra e mesmo assim aconteceu.
                É o meu melhor vídeo do ano.
                Guardo todas as licenças para momentos destes.
            """),
            "growth": lines("""
                Apresento estes números a um parceiro.
                Pode parecer pouco, mas é com isto que faço planos.
                Comparei três vezes para ter a certeza.
            """),
        },
        urgent=lines("""
            Preciso disto antes de {deadline}, que é quando sai o próximo episódio.
            O dia {deadline} é o meu limite, tenham isso em conta, por favor.
        """),
        signs=lines("""
            {name}
            Um abraço, {name}
            Cumprimentos, {name}
            {name}, do canal {channel}
        """),
        adding=lines("""
            O que já posso dizer:
            Se ajudar:
            Alguns pormenores:
        """),
        here=lines("""
            Sim, estou aqui.
            Certo, até aqui percebi.
            Está bem, feito.
        """),
        proof=lines("""
            O código já está. O meu endereço é [email 1] e o canal é de 2018.
            Confirmado no estúdio. Se for preciso ligar: [phone 1].
            Escrevo de [email 1], como pediu; o último vídeo antes disso foi «{video}».
        """),
        answering=tiered(
            good="""
                Que resposta rápida, agradeço!
                Ótimo, já fui ver.
                Agradeço, {agent}, isso já ajuda.
            """,
            fair="""
                Aqui ficam os dados.
                Já fui ver:
            """,
            poor="""
                Isso eu já tinha escrito.
                Não era bem essa a pergunta.
            """,
        ),
        once_more_answer=lines("""
            É {device}, desde {date}.
            Desde {date}, em {device} e em todo o lado.
        """),
        side_asked=lines("""
            E mais uma coisa: {side}
            Aproveito para perguntar: {side}
        """),
        side_again=lines("""
            A minha outra pergunta ficou sem resposta: {side}
            E quanto a isto? {side}
        """),
        farewell=tiered(
            good="""
                Agradeço imenso, {agent}, nunca ninguém me explicou tão bem.
                Resultou, que bom!
                Perfeito, agora percebo. Agradeço muito.
            """,
            fair="""
                Bom, então espero.
                Está bem, vou tentar.
            """,
            poor="""
                Fiquei na mesma. É pena.
                Acho que ninguém leu a minha mensagem.
            """,
        ),
        back=lines("""
            Volto a escrever: estamos a {date_again} e nada mudou.
            Infelizmente não ficou resolvido, e segui tudo à risca.
        """),
    ),
    desk=DeskPhrases(
        bot=lines("""
            Agradecemos que tenha escrito ao apoio da Ovanto. O seu pedido tem o número {ticket}.
            Recebemos a sua mensagem (número {ticket}). Respondemos normalmente num dia útil.
        """),
        greeting=tiered(
            good="""
                Olá, {name}, fala {agent}, do apoio a criadores; trato disto do princípio ao fim.
                Bom dia, {name}. O meu nome é {agent} e vi o canal {channel} antes de responder.
                Olá, {name}, aqui {agent}. Li a sua mensagem toda.
            """,
            fair="""
                Olá, {name},
                Olá, agradecemos a mensagem.
            """,
            poor="""
                Caro utilizador,
                Olá, {stranger}, agradecemos o contacto.
            """,
        ),
        empathy={
            "rights": lines("""
                Ver o nome de outra pessoa no próprio trabalho custa; por isso fui ver tudo com atenção.
                Percebo que cada dia com isto lhe custa dinheiro, e digo-lhe já em que ponto estamos.
            """),
            "growth": lines("""
                É bom ter comparado com tanto cuidado; assim cheguei depressa à causa.
                Percebo que faz planos com estes números, por isso fui verificar.
            """),
        },
        tone=tiered(
            fair="""
                Agradecemos as informações.
                Lamentamos o incómodo.
            """,
            poor="""
                Como diz claramente a página de ajuda, está lá explicado.
                Compreenda que recebemos milhares de pedidos destes.
            """,
        ),
        context=tiered(
            good="""
                Tenho aberto o seu pedido {case}, de {earlier}, por isso não precisa de repetir nada.
                Pelo {case} já conheço o canal e o dispositivo.
            """,
            fair="""
                Vejo que já nos tinha escrito.
            """,
            poor="""
                Indique o nome do canal e descreva tudo desde o início.
            """,
        ),
        verify=tiered(
            good="""
                Antes de abrir a conta: enviei um código para o endereço registado. Responda com ele e diga em que mês \
                o canal foi criado.
                Para proteger o canal {channel}, confirmo primeiro que é mesmo o dono: aceite o pedido que surge no \
                estúdio.
            """,
            poor="""
                Abri logo a sua conta: tem {small} de saldo e o último acesso foi a {date}.
            """,
        ),
        verified_form=lines("""
            Escreveu pelo formulário com sessão iniciada e confirmou no estúdio, por isso a verificação está feita.
        """),
        ask=tiered(
            good="""
                Para acertar à primeira, preciso de dois dados:
                Para lhe poupar outra volta, pergunto tudo de uma vez:
            """,
            fair="""
                Uma pergunta:
                Pode dizer-me o seguinte?
            """,
            poor="""
                Limpe a memória do navegador e reinicie o dispositivo.
                Envie uma imagem do ecrã inteiro.
            """,
        ),
        moved_up=tiered(
            good="""
                Vi a sua data, {deadline}, e passei o caso para a frente.
            """,
            poor="""
                Os pedidos são tratados por ordem de chegada.
            """,
        ),
        once_more=tiered(
            good="""
                Só uma palavra: já tenho tudo o que preciso e estou a verificar.
                Agradeço, não preciso de mais nada. Escrevo-lhe ainda hoje.
            """,
            fair="""
                Agradeço. Devia ter perguntado logo: em que dispositivo acontece e desde quando?
            """,
            poor="""
                Envie também o nome do canal, o endereço do vídeo e o país.
            """,
        ),
        headline=tiered(
            good="""
                Primeiro o essencial:
                Já descobri.
                A boa notícia é que tem solução.
            """,
            poor="""
                Relativamente ao assunto em epígrafe, e sem prejuízo de posterior análise, proceder-se-á nos termos \
                das disposições aplicáveis.
            """,
        ),
        policy=tiered(
            good="""
                A base é esta: {policy}.
                Pode ler em: {policy}.
            """,
            fair="""
                Está nas nossas condições.
            """,
            poor="""
                São as nossas regras e pronto.
            """,
        ),
        side=lines("""
            Quanto à segunda pergunta:
            E sobre o outro ponto:
        """),
        next_step=tiered(
            fair="""
                Terá notícias nossas.
                Deve ficar resolvido dentro de alguns dias.
            """,
            poor="""
                Vá vendo de vez em quando.
            """,
        ),
        promise=tiered(
            good="""
                Não posso prometer o que outros decidem; o que depende de mim, cumpro.
            """,
            poor="""
                Garanto-lhe que isto nunca mais acontece.
            """,
        ),
        leak=lines("""
            Aliás, com o canal {partner} aconteceu o mesmo, também tinham mudado de morada.
            Envie-me o número completo do cartão para eu comparar.
        """),
        risk=tiered(
            good="""
                Há um ponto que levo a sério e passei à equipa de segurança: o acesso de um lugar novo.
            """,
        ),
        route=tiered(
            good="""
                O próximo passo cabe à equipa responsável. Passo-lhes tudo o que me disse.
            """,
            fair="""
                Reencaminhei para a equipa responsável.
            """,
            poor="""
                Isso não é connosco. Escreva diretamente à outra equipa.
            """,
        ),
        takeover=tiered(
            good="""
                Olá, {name}, sou {agent}. Continuo o trabalho de {colleague} e li tudo.
            """,
            fair="""
                Olá, {name}, o seu caso foi-me entregue.
            """,
            poor="""
                Bom dia, explique outra vez do que se trata.
            """,
        ),
        closing=tiered(
            good="""
                Continuo a ser o seu contacto. Cumprimentos, {agent}
                Se vir algo diferente do que escrevi, basta responder aqui. {agent}
                Felicidades para o canal {channel}, {agent}
            """,
            fair="""
                Cumprimentos, {agent}
                Com os melhores cumprimentos
            """,
            poor="""
                Este pedido fica fechado.
            """,
        ),
        final=tiered(
            good="""
                Agradeço o retorno, {name}. Fico atento até {soon}.
                De nada, {name}. Se faltar alguma coisa, basta responder aqui.
            """,
            fair="""
                De nada.
                Agradecemos, fecho o pedido.
            """,
            poor="""
                Registado.
                Não posso fazer mais nada.
            """,
        ),
        back_reply=tiered(
            good="""
                Lamento que tenha tido de voltar a escrever, {name}. Revi tudo desde o início.
            """,
            fair="""
                Agradeço a mensagem, fui ver de novo.
            """,
            poor="""
                Como já foi explicado, está resolvido.
            """,
        ),
    ),
)
