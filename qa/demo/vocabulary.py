"""The invented names and things that fill the texts: creators, channels, videos, songs, games, places."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES: dict[str, tuple[str, ...]] = {
    "en": _words(
        "Amara Ben Chloe Darius Edie Femi Gwen Harjit Imani Jonah Keira Lamar Mei Noor Orla Priya Quinn Rosa Samir "
        "Talia Uma Vince Willa Xander Yara Zeke Anselm Bronwyn Callum Dina Ezra Farah Gideon Hettie Idris Juno"
    ),
    "es": _words("Alba Bruno Carmen Darío Elena Facundo Gloria Ignacio Lucía Mateo Nerea Pablo Rocío Tomás"),
    "de": _words("Anja Bernd Clara Dennis Elke Finn Greta Hannes Ida Jannik Katrin Lorenz Merle Nils Svenja"),
    "fr": _words("Agathe Bastien Clémence Damien Élise Florian Inès Julien Léa Maxime Noémie Théo Zoé"),
    "pt": _words("Ana Bernardo Cecília Diogo Eduarda Filipe Helena Inácio Joana Leandro Marina Rui Tiago"),
}
CHANNEL_FIRST = _words(
    "Copper Velvet Paper Midnight Lemon Rusty Hidden Seventh Borrowed Quiet Salted Amber Wooden Electric Tiny Northern "
    "Crooked Silver Sleepy Golden Wandering Broken Misty Second Sunday Cobalt Humble Painted Slow Barefoot Marble "
    "Forgotten Ginger Loud Patient Spare"
)
CHANNEL_SECOND = _words(
    "Kettle Lantern Orchard Compass Garage Notebook Harbor Piano Bakery Trail Pixel Workshop Atlas Radio Balcony Loom "
    "Kitchen Telescope Fiddle Cabin Dojo Greenhouse Arcade Ferry Lighthouse Sketchbook Tram Thimble Canvas Pantry "
    "Almanac Campfire Postcard Engine Parlour Satchel"
)
CHANNEL_LAST = ("", "", "", " TV", " Live", " Diaries", " Lab", " Daily")
VIDEO_THEMES: dict[str, tuple[str, ...]] = {
    "en": (
        "I rebuilt a {thing} in {n} days",
        "{n} things nobody tells you about a {thing}",
        "The {thing} that ate my summer",
        "Fixing a {thing} with no money",
        "Is a {thing} worth it after {n} years?",
        "A {thing}, a river and {n} bad ideas",
        "How not to paint a {thing}",
        "{n} hours in a {thing}",
        "My grandmother's {thing}",
        "The quietest {thing} in town",
        "We drove {n} hours for a {thing}",
        "Restoring the last {thing}",
    ),
    "es": (
        "{n} días sin coche",
        "El taller de mi abuela",
        "Cómo no pintar una barca",
        "{n} horas en un faro",
        "La última imprenta",
    ),
    "de": ("{n} Tage ohne Auto", "Die Werkstatt meiner Oma", "Wie man kein Boot streicht", "{n} Stunden im Leuchtturm"),
    "fr": (
        "{n} jours sans voiture",
        "L'atelier de ma grand-mère",
        "Comment ne pas repeindre un bateau",
        "{n} heures au phare",
    ),
    "pt": ("{n} dias sem carro", "A oficina da minha avó", "Como não pintar um barco", "{n} horas num farol"),
}
VIDEO_THINGS = _words(
    "bicycle greenhouse sailboat caravan typewriter treehouse pinball-machine record-player canoe jukebox "
    "lighthouse harmonium tram-car kiln darkroom drum-kit barn loom telescope tandem sawmill windmill"
)
SONGS = (
    "Paper Lanterns",
    "Salt and Static",
    "Low Tide Waltz",
    "Nine Doors Down",
    "Gravel Choir",
    "Letters to July",
    "Tin Roof Morning",
    "Ferrywoman",
    "The Orchard Keeps",
    "Half a Moon Away",
    "Bright Machines",
    "Slow Bell",
    "Second Hand Snow",
    "Marigold Street",
    "Northern Dust",
    "Copper Rain",
)
LABELS = (
    "Greyfinch Records",
    "Tidepool Music",
    "Anvil & Wren",
    "Bluehour Publishing",
    "Kitehouse Rights",
    "Old Mill Sound",
)
LIBRARIES = ("Sablewood Library", "Openreed Tracks", "Plainsong Stock", "Cuelight Music", "Foxglove Beds")
GAMES = (
    "Harrowdeep",
    "Tiny Empires",
    "Saltmarch",
    "Neon Courier",
    "Brindle & Bone",
    "Skyharbor 2",
    "Loam",
    "The Ninth Lock",
)
SPONSORS = (
    "Bramble Coffee",
    "Kitewood Bags",
    "Nimbus Mattress",
    "Larkspur Tea",
    "Torque Tools",
    "Pebble Shoes",
    "Oat & Anchor",
)
DEVICES: dict[str, tuple[str, ...]] = {
    "en": (
        "my Android phone",
        "an older iPad",
        "the desktop app",
        "a Windows laptop",
        "my Mac",
        "the phone app",
        "a Chromebook",
        "the studio in the browser",
    ),
    "es": ("el móvil", "el portátil", "la tableta", "el ordenador de casa"),
    "de": ("dem Telefon", "dem Laptop", "dem Tablet", "dem Rechner im Büro"),
    "fr": ("le téléphone", "l'ordinateur portable", "la tablette", "l'ordinateur du bureau"),
    "pt": ("telemóvel", "computador portátil", "tablet", "computador de casa"),
}
COUNTRIES: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("Ireland", "€"),
        ("Canada", "C$"),
        ("Kenya", "$"),
        ("India", "$"),
        ("New Zealand", "NZ$"),
        ("South Africa", "$"),
        ("the Philippines", "$"),
        ("Scotland", "£"),
        ("Nigeria", "$"),
        ("the Netherlands", "€"),
        ("Sweden", "€"),
        ("Poland", "€"),
    ),
    "es": (("España", "€"), ("Chile", "US$"), ("Colombia", "US$"), ("México", "US$")),
    "de": (("Deutschland", "€"), ("Österreich", "€")),
    "fr": (("Belgique", "€"), ("France", "€"), ("Sénégal", "€")),
    "pt": (("Portugal", "€"), ("Brasil", "US$")),
}
MONTHS: dict[str, tuple[str, ...]] = {
    "en": _words("January February March April May June July August September October November December"),
    "es": _words("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
    "de": _words("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    "fr": _words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    "pt": _words("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
}
DATES: dict[str, str] = {
    "en": "{day} {month}",
    "es": "{day} de {month}",
    "de": "{day}. {month}",
    "fr": "{day} {month}",
    "pt": "{day} de {month}",
}
