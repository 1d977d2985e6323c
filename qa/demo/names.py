"""The invented people of the demo operation: names, places in it, languages."""

DIRECTOR = "Marguerite Okonjo-Hale"
ADMIN = "Piotr Zawadzki"

# Lead, languages; the first also wears the QA lead's hat.
LEADS: tuple[tuple[str, str], ...] = (
    ("Ingrid Solbakken", "en de"),
    ("Rafael Monteiro", "en pt es"),
    ("Chiamaka Eze", "en fr"),
    ("Tomasz Wieczorek", "en de"),
    ("Leilani Kahale", "en"),
    ("Yusuf Karaman", "en fr de"),
)

# Eight specialists a team, in the order of the teams.
SPECIALISTS: tuple[tuple[tuple[str, str], ...], ...] = (
    (
        ("Anneke Vos", "en de"),
        ("Bilal Haddad", "en fr"),
        ("Caitríona Byrne", "en"),
        ("Dao Thi Mai", "en"),
        ("Esteban Quiroga", "en es"),
        ("Fatoumata Diallo", "en fr"),
        ("Gustavo Peixoto", "en pt"),
        ("Hana Kovářová", "en de"),
    ),
    (
        ("Ifeoma Nwosu", "en"),
        ("Jorge Arancibia", "en es"),
        ("Kerstin Lindqvist", "en de"),
        ("Lautaro Benítez", "en es"),
        ("Mireille Gauthier", "en fr"),
        ("Nikhil Deshpande", "en"),
        ("Oluwaseun Adebayo", "en"),
        ("Priscila Tavares", "en pt es"),
    ),
    (
        ("Qadir Rahimi", "en"),
        ("Rosalind Achterberg", "en de"),
        ("Sione Tupou", "en"),
        ("Tereza Dvořáková", "en de"),
        ("Ulises Carranza", "en es"),
        ("Véronique Lemaire", "en fr"),
        ("Wanjiru Kamau", "en"),
        ("Xochitl Barrera", "en es"),
    ),
    (
        ("Yannick Bonnard", "en fr"),
        ("Zainab Bello", "en"),
        ("Aiko Tanabe", "en"),
        ("Bogdan Ionescu", "en fr"),
        ("Carla Figueiredo", "en pt"),
        ("Dmitri Sokolov", "en de"),
        ("Elif Yıldız", "en de"),
        ("Farid Benmoussa", "en fr"),
    ),
    (
        ("Grace Mbatha", "en"),
        ("Hugo Salcedo", "en es"),
        ("Ilse Brandstetter", "en de"),
        ("Joon-ho Baek", "en"),
        ("Kavita Raghunathan", "en"),
        ("Lucas Fontoura", "en pt"),
        ("Małgorzata Nowicka", "en de"),
        ("Nasra Warsame", "en fr"),
    ),
    (
        ("Owen Llewellyn", "en"),
        ("Paloma Iturbe", "en es"),
        ("Quentin Marchand", "en fr"),
        ("Ruxandra Popa", "en de"),
        ("Sanjay Wickramasinghe", "en"),
        ("Tamsin Holloway", "en"),
        ("Umar Farooqi", "en"),
        ("Valentina Ruggieri", "en es pt"),
    ),
)

# Reviewer, languages, queues (empty: all), clearance, reviews a week.
REVIEWERS: tuple[tuple[str, str, str, int, int], ...] = (
    ("Astrid Thorvaldsen", "en de", "", 3, 45),
    ("Benedict Asante", "en fr", "", 2, 45),
    ("Camille Rousseau", "en fr es", "", 3, 45),
    ("Devika Menon", "en pt", "", 2, 40),
    ("Emeka Obi", "en es de", "", 3, 45),
    ("Freya Macdonald", "en pt fr", "", 1, 35),
)
