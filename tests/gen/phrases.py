# SPDX-License-Identifier: Apache-2.0
"""What gen_posts.py says: sentences with slots, and the words for the slots, by language.

A slot is {name}; its words are in VOCABULARY[lang]. A list names its most frequent word first: the
generator takes word i with a weight of about 1/(i+1), as words fall in real text.
"""

# language: (weight in percent, {mood: sentences})
SENTENCES = {
    "en": {
        "positive": [
            "I {love} this {thing}, it is {good}", "What a {good} {event} today", "{good} {thing} and {good} {thing}, what else do you need",
            "So happy with my new {gadget}", "Just finished the {event} and it was {good}", "Can't stop smiling after that {event}",
            "The new {gadget} is {good}, worth every penny", "Thank you {place} for a {good} night", "We won the {match}! {good} {player}",
            "Best {thing} in {place}, period", "{time} with {thing} and good music: perfect", "I {love} how {good} the {weather} is in {place} {time}",
            "Proud of the whole team, {good} {event}", "This {thing} made my day", "Finally a {good} update for the {gadget}",
        ],
        "negative": [
            "I {hate} this {thing}, it is {bad}", "What a {bad} {event} today", "The {gadget} broke again, {bad} support",
            "Three hours waiting for the {transport}, {bad} service", "We lost the {match}, {bad} {player}", "Never buying {thing} in {place} again",
            "So tired of {bad} {weather} in {place}", "The {event} was {bad} and far too long", "My {gadget} is {bad} since the last update",
            "{n} o'clock and still stuck in traffic, {bad}", "Sad news from {place} {time}", "How is the {transport} late again? {bad}",
        ],
        "neutral": [
            "The {event} starts at {n} in {place}", "Reading about the {event} over a {thing}", "New post: {n} things about the {gadget}",
            "Who is going to the {event} {time}?", "{n} people at the {event} in {place}", "The {transport} to {place} leaves at {n}",
            "Does anyone know a {thing} place near the station in {place}?", "Live from {place}: the {event} is about to start", "{time} in {place}: {weather}, {n} degrees",
            "Today on the podcast: the {match} & the {event}", "Watching the {match} with friends", "Poll: {thing} or {thing}?",
        ],
        "mixed": [
            "{good} {event}, but the sound was {bad}", "The {gadget} is {good} but the price is {bad}", "I {love} {place} but the {weather} is {bad}",
            "{bad} first half, {good} second half", "The {thing} was {good}, the service {bad}",
        ],
    },
    "es": {
        "positive": [
            "Me {love} este {thing}, está {good}", "Qué {event} tan {good} hoy", "Muy feliz con mi nuevo {gadget}", "Acabo de salir del {event} y fue {good}",
            "No puedo dejar de sonreír después del {event}", "El nuevo {gadget} es {good}, vale cada euro", "Gracias {place} por una noche {good}",
            "¡Ganamos el {match}! {player} estuvo {good}", "El mejor {thing} de {place}, sin duda", "{time} con {thing} y buena música: perfecto",
            "Qué {good} está el {weather} en {place} {time}", "Orgullosa de todo el equipo, {event} {good}", "Este {thing} me alegró el día",
        ],
        "negative": [
            "{hate} este {thing}, está {bad}", "Qué {event} tan {bad} hoy", "Se rompió el {gadget} otra vez, servicio {bad}",
            "Tres horas esperando el {transport}, {bad}", "Perdimos el {match}, {player} estuvo {bad}", "Nunca más compro {thing} en {place}",
            "Harta del {weather} {bad} en {place}", "El {event} fue {bad} y demasiado largo", "Mi {gadget} va {bad} desde la última actualización",
            "Las {n} y todavía en el atasco, {bad}", "Tristes noticias desde {place} {time}", "¿Cómo puede llegar tarde el {transport} otra vez? {bad}",
        ],
        "neutral": [
            "El {event} empieza a las {n} en {place}", "Leyendo sobre el {event} con un {thing}", "Nueva entrada: {n} cosas sobre el {gadget}",
            "¿Quién va al {event} {time}?", "{n} personas en el {event} de {place}", "El {transport} a {place} sale a las {n}",
            "¿Alguien conoce un sitio de {thing} cerca de la estación de {place}?", "En directo desde {place}: el {event} está a punto de empezar",
            "{time} en {place}: {weather}, {n} grados", "Hoy en el programa: el {match} & el {event}", "Viendo el {match} con amigos",
        ],
        "mixed": [
            "{event} {good}, pero el sonido {bad}", "El {gadget} es {good} pero el precio es {bad}", "Me {love} {place} pero el {weather} está {bad}",
            "Primera parte {bad}, segunda parte {good}",
        ],
    },
    "pt": {
        "positive": ["Eu {love} este {thing}, está {good}", "Que {event} {good} hoje", "Muito feliz com o meu novo {gadget}", "O melhor {thing} de {place}", "Ganhamos o {match}! {good}"],
        "negative": ["{hate} este {thing}, está {bad}", "Que {event} {bad} hoje", "O {transport} atrasou outra vez, {bad}", "Perdemos o {match}, {bad}"],
        "neutral": ["O {event} começa às {n} em {place}", "Quem vai ao {event} {time}?", "Lendo sobre o {event} com um {thing}", "{time} em {place}: {weather}, {n} graus"],
        "mixed": ["O {gadget} é {good} mas o preço é {bad}"],
    },
    "fr": {
        "positive": ["J'{love} ce {thing}, il est {good}", "Quel {event} {good} aujourd'hui", "Très heureux de mon nouveau {gadget}", "Le meilleur {thing} de {place}", "On a gagné le {match} ! {good}"],
        "negative": ["Je {hate} ce {thing}, il est {bad}", "Quel {event} {bad}", "Le {transport} est encore en retard, {bad}", "On a perdu le {match}, {bad}"],
        "neutral": ["Le {event} commence à {n} h à {place}", "Qui va au {event} {time} ?", "{n} personnes au {event} de {place}", "{time} à {place} : {weather}, {n} degrés"],
        "mixed": ["Le {gadget} est {good} mais le prix est {bad}"],
    },
    "ar": {
        "positive": ["{love} هذا {thing}، إنه {good}", "يا له من {event} {good} اليوم", "أفضل {thing} في {place}"],
        "negative": ["{hate} هذا {thing}، إنه {bad}", "تأخر {transport} مرة أخرى، {bad}", "خسرنا {match}"],
        "neutral": ["يبدأ {event} الساعة {n} في {place}", "من سيذهب إلى {event} {time}؟", "{time} في {place}: {weather}"],
        "mixed": ["{gadget} {good} لكن السعر {bad}"],
    },
    "hi": {
        "positive": ["मुझे यह {thing} {love}, यह {good} है", "आज का {event} {good} था", "{place} की सबसे {good} {thing}"],
        "negative": ["मुझे यह {thing} {hate}, यह {bad} है", "{transport} फिर से देर से आई, {bad}", "हम {match} हार गए"],
        "neutral": ["{event} {place} में {n} बजे शुरू होगा", "{time} {place} में {weather}", "{event} में कौन जा रहा है?"],
        "mixed": ["{gadget} {good} है लेकिन कीमत {bad} है"],
    },
}

WEIGHTS = {"en": 44, "es": 38, "pt": 7, "fr": 5, "ar": 3, "hi": 3}

VOCABULARY = {
    "en": {
        "love": ["love", "really love", "adore", "enjoy"],
        "hate": ["hate", "really hate", "can't stand", "regret"],
        "good": ["great", "amazing", "beautiful", "wonderful", "perfect", "brilliant", "fantastic", "lovely", "incredible", "gorgeous"],
        "bad": ["terrible", "awful", "disappointing", "horrible", "useless", "boring", "broken", "ridiculous", "pathetic"],
        "thing": ["coffee", "pizza", "book", "song", "movie", "breakfast", "burger", "playlist", "ramen", "cake"],
        "event": ["concert", "match", "conference", "festival", "show", "launch", "meeting", "exam", "marathon", "debate"],
        "gadget": ["phone", "laptop", "camera", "app", "watch", "headphones", "tablet", "console"],
        "match": ["match", "final", "derby", "semifinal", "game"],
        "player": ["goalkeeper", "captain", "defence", "coach", "referee"],
        "transport": ["train", "bus", "flight", "metro", "tram", "ferry"],
        "weather": ["sunshine", "rain", "weather", "snow", "fog", "heat"],
        "time": ["Tonight", "Tomorrow", "This morning", "Friday", "Sunday evening", "This weekend"],
        "place": ["London", "Madrid", "New York", "Berlin", "Dublin", "Chicago", "Toronto", "Sydney", "Lisbon"],
        "tag": ["music", "football", "coffee", "travel", "tech", "news", "MondayMotivation", "foodie", "OpenSource", "data"],
    },
    "es": {
        "love": ["encanta", "fascina", "gusta mucho", "enamora"],
        "hate": ["Odio", "No soporto", "Detesto", "Qué asco"],
        "good": ["genial", "increíble", "precioso", "maravilloso", "perfecto", "estupendo", "fantástico", "espectacular", "buenísimo"],
        "bad": ["horrible", "fatal", "pésimo", "aburrido", "terrible", "decepcionante", "lamentable", "inútil"],
        "thing": ["café", "libro", "disco", "bocadillo", "desayuno", "vino", "helado", "podcast", "plato", "pastel"],
        "event": ["concierto", "partido", "festival", "congreso", "estreno", "examen", "maratón", "debate", "carnaval"],
        "gadget": ["móvil", "ordenador", "reloj", "televisor", "altavoz", "portátil"],
        "match": ["partido", "derbi", "clásico", "amistoso"],
        "player": ["el portero", "el capitán", "el árbitro", "la defensa", "el entrenador"],
        "transport": ["tren", "autobús", "vuelo", "metro", "tranvía"],
        "weather": ["tiempo", "sol", "calor", "frío", "viento"],
        "time": ["Esta noche", "Mañana", "Hoy", "El viernes", "El domingo", "Este fin de semana"],
        "place": ["Madrid", "Barcelona", "Sevilla", "Bogotá", "Buenos Aires", "México", "Lima", "Valencia", "Montevideo"],
        "tag": ["música", "fútbol", "café", "viajes", "España", "noticias", "FelizLunes", "cocina", "datos", "cine"],
    },
    "pt": {
        "love": ["adoro", "amo", "curto"], "hate": ["Odeio", "Detesto"], "good": ["ótimo", "incrível", "lindo", "perfeito"], "bad": ["horrível", "péssimo", "chato"],
        "thing": ["café", "livro", "disco", "bolo"], "event": ["show", "festival", "jogo", "congresso"], "gadget": ["celular", "computador", "relógio"], "match": ["jogo", "clássico"],
        "player": ["o goleiro", "o técnico"], "transport": ["ônibus", "trem", "metrô", "voo"], "weather": ["sol", "chuva", "calor"], "time": ["Hoje à noite", "Amanhã", "Domingo"],
        "place": ["São Paulo", "Lisboa", "Porto", "Rio"], "tag": ["música", "futebol", "Brasil", "notícias"],
    },
    "fr": {
        "love": ["adore", "aime"], "hate": ["déteste", "regrette"], "good": ["génial", "magnifique", "incroyable", "parfait"], "bad": ["horrible", "nul", "décevant"],
        "thing": ["café", "livre", "film", "gâteau"], "event": ["concert", "festival", "match", "spectacle"], "gadget": ["téléphone", "casque", "ordinateur"], "match": ["match", "derby"],
        "player": ["le gardien", "l'arbitre"], "transport": ["train", "métro", "bus", "vol"], "weather": ["soleil", "pluie", "neige"], "time": ["Ce soir", "Demain", "Dimanche"],
        "place": ["Paris", "Lyon", "Marseille", "Montréal"], "tag": ["musique", "foot", "voyage", "actualité"],
    },
    "ar": {
        "love": ["أحب", "أعشق"], "hate": ["أكره"], "good": ["رائع", "جميل", "ممتاز"], "bad": ["سيئ", "ممل", "مخيب"], "thing": ["القهوة", "الكتاب", "الفيلم"], "event": ["الحفل", "المهرجان", "المؤتمر"],
        "gadget": ["الهاتف", "الحاسوب"], "match": ["المباراة", "النهائي"], "player": ["الحارس"], "transport": ["القطار", "الحافلة"], "weather": ["مشمس", "ممطر"], "time": ["الليلة", "غدا"],
        "place": ["القاهرة", "الرياض", "دبي", "الدار البيضاء"], "tag": ["موسيقى", "كرة_القدم", "أخبار"],
    },
    "hi": {
        "love": ["पसंद है", "बहुत पसंद है"], "hate": ["पसंद नहीं"], "good": ["शानदार", "अच्छी", "बढ़िया"], "bad": ["बेकार", "खराब"], "thing": ["चाय", "किताब", "फिल्म"], "event": ["मैच", "कार्यक्रम", "मेला"],
        "gadget": ["फोन", "लैपटॉप"], "match": ["मैच", "फाइनल"], "player": ["कप्तान"], "transport": ["ट्रेन", "बस", "मेट्रो"], "weather": ["बारिश", "धूप"], "time": ["आज रात", "कल"],
        "place": ["दिल्ली", "मुंबई", "जयपुर"], "tag": ["क्रिकेट", "संगीत", "समाचार"],
    },
}

EMOJI = {
    "positive": ["😍", "🎉", "😂", "❤️", "👏🏽", "🔥", "🥳", "😊", "💪🏿", "👨‍👩‍👧", "☀️", "🇪🇸", "✨"],
    "negative": ["😡", "😭", "💔", "🤦‍♀️", "👎", "😤", "🙄", "☔"],
    "neutral": ["📷", "👀", "📍", "1️⃣", "🚆", "☕", "🏳️‍🌈", "🤔"],
    "mixed": ["🤷‍♂️", "😅", "🙃"],
}
# A laughing or stretched word now and then; < and > are escaped by the API.
TAILS = {
    "en": ["sooo good", "noooo", "hahahaha", "yesss", "<3", "LOL", ":)", "I'm > 100% sure", "pleaseee"],
    "es": ["jajajaja", "buenísimooo", "noooo", "síííí", "<3", "VAMOSSS", ":)", "graciasss", "más > menos"],
    "pt": ["kkkkkk", "muitooo bom", "<3"], "fr": ["trooop bien", "mdrrr", "<3"], "ar": ["ههههه", "جداااا"], "hi": ["हाहाहा"],
}

GIVEN = ["Ana", "Luis", "María", "José", "Lucía", "James", "Emma", "Olivia", "Noah", "Sofía", "Joana", "Zoë", "Camille", "Søren", "Łukasz", "Ayşe", "محمد", "प्रिया", "Καλλιόπη", "Мария"]
FAMILY = ["García", "Smith", "O'Brien", "López", "Müller", "Nguyen", "Silva", "Dupont", "Núñez", "Walker", "Costa", "Ibáñez", "Jones & Co", "\"The Boss\"", "🌻", "☕️ lover", "(he/him)", ""]
ABOUT = ["Coffee first. Opinions my own.", "Periodista. Madrid ↔ Lima", "Data, bikes & cats", "Amante del cine y de la buena mesa", "Dev by day, drummer by night 🥁", "\"Carpe diem\" / vida", "", None]
CLIENTS = [
    ("https://twitter.com/download/iphone", "Twitter for iPhone"), ("https://twitter.com/download/android", "Twitter for Android"), ("https://mobile.twitter.com", "Twitter Web App"),
    ("https://about.twitter.com/products/tweetdeck", "TweetDeck"), ("https://www.hootsuite.com", "Hootsuite Inc."), ("https://ifttt.com", "IFTTT"), ("http://example.org/bot?a=1&b=2", "Café & Bots"),
]
