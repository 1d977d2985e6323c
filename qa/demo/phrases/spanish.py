"""Spanish phrases."""

from qa.demo.phrases.model import CreatorPhrases, DeskPhrases, Phrases, tiered
from qa.demo.scenarios.model import lines

PHRASES = Phrases(
    creator=CreatorPhrases(
        hellos=lines("""
            Hola,
            Buenos días,
            Buenas tardes,
            Hola, equipo,
            Buenas,
        """),
        intros=lines("""
            soy {name}, de {channel}.
            aquí {name}, del canal {channel}.
        """),
        worries={
            "money": lines("""
                Con esto pago el alquiler.
                Tengo a dos editores esperando su parte.
                Contaba con ese dinero para este mes.
                Mi gestora me pregunta todos los días.
            """),
            "live": lines("""
                Mis espectadores creen que me lo quedé yo.
                La gente puso dinero de verdad durante el directo.
                Pasó delante de {viewers} personas.
                No me atrevo a volver a emitir hasta aclararlo.
            """),
        },
        urgent=lines("""
            Lo necesito antes del {deadline}, que es cuando tengo el próximo directo.
            El {deadline} es mi fecha límite, por favor tenedlo en cuenta.
        """),
        signs=lines("""
            {name}
            Gracias, {name}
            Un saludo, {name}
            {name}, de {channel}
        """),
        adding=lines("""
            Lo que ya puedo decir:
            Por si ayuda:
            Algunos detalles:
        """),
        here=lines("""
            Sí, aquí estoy.
            De acuerdo, hasta aquí lo entiendo.
            Vale, hecho.
        """),
        proof=lines("""
            Ya está el código. Mi correo es [email 1] y el canal es de 2018.
            Confirmado en el estudio. Si hace falta llamar: [phone 1].
            Escribo desde [email 1], como pedías; el último vídeo anterior fue «{video}».
        """),
        answering=tiered(
            good="""
                ¡Gracias por responder tan rápido!
                Perfecto, lo he mirado.
                Gracias, {agent}, eso ya ayuda.
            """,
            fair="""
                Aquí van los datos.
                Lo he mirado:
            """,
            poor="""
                Eso ya lo había escrito.
                No era eso lo que preguntaba.
            """,
        ),
        once_more_answer=lines("""
            Es {device}, desde el {date}.
            Desde el {date}, en {device} y en todas partes.
        """),
        side_asked=lines("""
            Y otra cosa: {side}
            Aprovecho para preguntar algo más: {side}
        """),
        side_again=lines("""
            Mi otra pregunta sigue sin respuesta: {side}
            ¿Y lo otro? {side}
        """),
        farewell=tiered(
            good="""
                Muchísimas gracias, {agent}, nadie me lo había explicado tan claro.
                ¡Ha funcionado, gracias!
                Genial, ahora lo entiendo. Gracias.
            """,
            fair="""
                Bueno, gracias. Esperaré.
                De acuerdo, lo probaré.
            """,
            poor="""
                Estoy igual que al principio. Una pena.
                Creo que nadie ha leído mi mensaje.
            """,
        ),
        back=lines("""
            Vuelvo a escribir: es {date_again} y no ha cambiado nada.
            Por desgracia no está resuelto, hice todo lo que me dijisteis.
        """),
    ),
    desk=DeskPhrases(
        bot=lines("""
            Gracias por escribir al soporte de Ovanto. Tu solicitud tiene el número {ticket}.
            Hemos recibido tu mensaje (número {ticket}). Solemos responder en un día laborable.
        """),
        greeting=tiered(
            good="""
                Hola, {name}: soy {agent}, del soporte para creadores, y me ocupo de esto de principio a fin.
                Buenos días, {name}. Me llamo {agent} y he mirado {channel} antes de escribirte.
                Hola, {name}, aquí {agent}. He leído tu mensaje entero.
            """,
            fair="""
                Hola, {name}:
                Hola, gracias por tu mensaje.
            """,
            poor="""
                Estimado usuario:
                Hola, {stranger}, gracias por contactarnos.
            """,
        ),
        empathy={
            "money": lines("""
                Sé que se trata de tus ingresos, así que empiezo por lo que es seguro.
                Que falte dinero no es un detalle; entiendo la preocupación y lo he mirado enseguida.
            """),
            "live": lines("""
                Tuvo que ser un momento incómodo delante de tu público, lo siento.
                Entiendo que aquí está en juego la confianza de tus espectadores y no solo unas cifras.
            """),
        },
        tone=tiered(
            fair="""
                Gracias por la información.
                Lamentamos las molestias.
            """,
            poor="""
                Como dice claramente la página de ayuda, eso está explicado allí.
                Por favor, comprende que recibimos miles de solicitudes como esta.
            """,
        ),
        context=tiered(
            good="""
                Tengo abierta tu solicitud anterior {case}, del {earlier}, así que no hace falta repetir nada.
                Por {case} ya conozco el canal y el dispositivo, gracias.
            """,
            fair="""
                Veo que ya nos habías escrito.
            """,
            poor="""
                Indica el nombre de tu canal y describe el problema desde el principio.
            """,
        ),
        verify=tiered(
            good="""
                Antes de abrir la cuenta: he enviado un código al correo registrado. Respóndeme con él y dime en qué \
                mes se creó el canal.
                Para proteger {channel}, primero compruebo que eres tú: confirma, por favor, el aviso que aparece en \
                tu estudio.
            """,
            poor="""
                He entrado directamente en tu cuenta y veo un saldo de {small} y el último acceso el {date}.
            """,
        ),
        verified_form=lines("""
            Has escrito desde el formulario con sesión iniciada y lo has confirmado en el estudio, así que ya está \
            verificado.
        """),
        ask=tiered(
            good="""
                Para acertar a la primera necesito dos datos:
                Para ahorrarte otra vuelta, te lo pregunto todo de una vez:
            """,
            fair="""
                Una pregunta:
                ¿Me puedes decir lo siguiente?
            """,
            poor="""
                Borra la memoria del navegador y reinicia el dispositivo.
                Envía una captura de toda la pantalla.
            """,
        ),
        moved_up=tiered(
            good="""
                He visto tu fecha, el {deadline}, y he adelantado el caso.
            """,
            poor="""
                Las solicitudes se atienden por orden de llegada.
            """,
        ),
        once_more=tiered(
            good="""
                Un momento: ya tengo todo lo que necesito y lo estoy comprobando.
                Gracias, no me hace falta nada más. Te escribo hoy mismo.
            """,
            fair="""
                Gracias. Debí preguntarlo antes: ¿en qué dispositivo ocurre y desde cuándo?
            """,
            poor="""
                Envía también el nombre del canal, la dirección del vídeo y el país.
            """,
        ),
        headline=tiered(
            good="""
                Primero, lo importante:
                Ya sé qué ha pasado.
                La buena noticia es que tiene arreglo.
            """,
            poor="""
                En relación con su consulta, y sin perjuicio de ulteriores comprobaciones, se procederá conforme a las \
                disposiciones aplicables.
            """,
        ),
        policy=tiered(
            good="""
                Esto se basa en: {policy}.
                Puedes leerlo aquí: {policy}.
            """,
            fair="""
                Así consta en nuestras condiciones.
            """,
            poor="""
                Son nuestras normas y punto.
            """,
        ),
        side=lines("""
            Sobre tu segunda pregunta:
            Y en cuanto al otro punto:
        """),
        next_step=tiered(
            fair="""
                Te diremos algo.
                Debería resolverse en unos días.
            """,
            poor="""
                Vuelve a mirar de vez en cuando.
            """,
        ),
        promise=tiered(
            good="""
                No puedo prometer lo que deciden otros; lo que depende de mí, lo cumplo.
            """,
            poor="""
                Te garantizo que no volverá a pasar nunca.
            """,
        ),
        leak=lines("""
            Por cierto, a {partner} le pasó lo mismo, también había cambiado de dirección.
            Envíame el número completo de la tarjeta para compararlo.
        """),
        risk=tiered(
            good="""
                Hay algo que me tomo en serio y he pasado a nuestro equipo de seguridad: el acceso desde un lugar \
                nuevo.
            """,
        ),
        route=tiered(
            good="""
                El siguiente paso le toca al equipo responsable. Les paso todo lo que me has contado.
            """,
            fair="""
                Lo he reenviado al equipo responsable.
            """,
            poor="""
                Eso no nos corresponde. Escribe tú mismo al otro equipo.
            """,
        ),
        takeover=tiered(
            good="""
                Hola, {name}: soy {agent}. Tomo el relevo de {colleague} y lo he leído todo.
            """,
            fair="""
                Hola, {name}: me han pasado tu caso.
            """,
            poor="""
                Buenas, explica otra vez de qué se trata.
            """,
        ),
        closing=tiered(
            good="""
                Sigo siendo tu contacto para esto. Un abrazo, {agent}
                Si ves algo distinto de lo que te he escrito, responde aquí mismo. {agent}
                Mucho éxito con {channel}, {agent}
            """,
            fair="""
                Un saludo, {agent}
                Saludos
            """,
            poor="""
                Este caso queda cerrado.
            """,
        ),
        final=tiered(
            good="""
                Gracias por avisar, {name}. Lo sigo vigilando hasta el {soon}.
                De nada, {name}. Si surge algo, basta con responder aquí.
            """,
            fair="""
                De nada.
                Gracias, cierro el caso.
            """,
            poor="""
                Anotado.
                No puedo hacer nada más.
            """,
        ),
        back_reply=tiered(
            good="""
                Siento que hayas tenido que volver a escribir, {name}. Lo he repasado todo desde el principio.
            """,
            fair="""
                Gracias por tu mensaje, lo he mirado otra vez.
            """,
            poor="""
                Como ya se explicó, está resuelto.
            """,
        ),
    ),
)
