"""The businesses that the demo practice looks after, by team, and where each keeps its books."""

from collections.abc import Iterable, Mapping, Sequence
from random import Random

from ..sandbox.personality import Personality
from ..sandbox.world.names import Named

_OF_TEAM: Mapping[str | None, tuple[str, ...]] = {
    "High Street": (
        "Appleby's Bakery Ltd", "The Copper Kettle Tea Rooms", "Fernleigh Florists Ltd", "Marsh & Daughters Butchers",
        "Bramble & Thyme Catering Ltd", "Quayside Fish Bar", "Lantern Street Books Ltd", "The Wool Loft", "Café Ørsted Ltd",
        "Harbour Coffee Roasters Ltd", "Nightingale Pharmacy Ltd", "Patel's Newsagents", "Peony & Fern Florists", "Rossi Gelato Ltd",
        "Beechwood Garden Centre Ltd", "Saltmarsh Wines Ltd", "The Crooked Billet (Inns) Ltd", "Kaur Bridal Wear", "Thistle Toys Ltd",
        "Old Mill Bakery Ltd", "Hobbs Cycles Ltd", "Golden Lotus Restaurant Ltd", "Mulberry Lane Gifts", "Pennington's Jewellers Ltd",
        "The Village Cheese Shop", "Arun Tandoori Ltd", "Blackbird Records", "Scissors & Comb Hair Studio", "Wildflower Bakery LLP",
        "Corner House Delicatessen Ltd", "Tidewater Surf Shop Ltd", "Moss & Ivy Interiors Ltd",
    ),
    "Trades": (
        "Abbot Roofing Ltd", "Byrne Brothers Builders Ltd", "Castlegate Electrical Ltd", "Dawson Plumbing & Heating Ltd",
        "Ellis Joinery", "Foxley Groundworks Ltd", "Granite & Oak Kitchens Ltd", "Hedges Landscapes Ltd", "Ironbridge Scaffolding Ltd",
        "Jarvis Decorators", "Kestrel Windows Ltd", "Lowe & Sons Stonemasons Ltd", "Mercer Motors Ltd", "Northgate Tyres Ltd",
        "O'Sullivan Paving Ltd", "Pike Tree Surgeons Ltd", "Quarry Hill Haulage Ltd", "Redfern Boilers Ltd", "Sharma Drainage Ltd",
        "Tanner's Upholstery", "Underhill Fencing Ltd", "Vale Carpentry LLP", "Whitlock Plastering", "Yardley Solar Ltd",
        "Beacon Locksmiths Ltd", "Chalk Farm Tiling Ltd", "Denby Metalwork Ltd", "Gresham Cleaning Services Ltd", "Holt Removals Ltd",
        "Nowak Flooring Ltd",
    ),
    "Professional": (
        "Alder & Finch Architects LLP", "Brightwater Dental Care Ltd", "Chancery Lane Translations Ltd", "Delgado Physiotherapy Ltd",
        "Easton Veterinary Clinic Ltd", "Fairweather Opticians Ltd", "Greenway Surveyors Ltd", "Hollis & Reid Solicitors LLP",
        "Inkwell Design Studio Ltd", "Juniper Software Ltd", "Kingfisher Recruitment Ltd", "Larkspur Day Nursery Ltd",
        "Meridian Logistics Ltd", "Nettle PR Ltd", "Okafor Consulting Ltd", "Parallel Structures Ltd", "Quill Copywriting",
        "Rowan Tree Counselling", "Silverdale Care Homes Ltd", "Tamar Marine Surveys Ltd", "Umbra Lighting Design Ltd",
        "Victoria Road Dental Practice", "Weaver & Stone Lettings Ltd", "Zephyr Drone Surveys Ltd", "Bluebell Childminding",
        "Cobalt Analytics Ltd", "Driftwood Films Ltd", "Evergreen Energy Advice Ltd", "Foundry Lane Studios Ltd", "Harrow Tutors Ltd",
    ),
    None: (
        "Ashcombe Farm Partnership", "Brook End Dairy Ltd", "Cotter's Yard Brewing Co Ltd", "Dunlin Boatyard Ltd",
        "Elmswell Village Hall Charity", "Fenwick Estates Ltd", "Goose Green Cricket Club", "Hawthorn Livery Stables",
        "Island Ferries Ltd", "St Jude's Food Bank Charity", "Kelmarsh Orchards Ltd", "Little Acorns Charity", "Medlar Cider Ltd",
        "Norton Heath Vineyard Ltd", "Oxlip Bees & Honey", "Priory Allotments Trust", "Ravenscroft Fisheries Ltd",
        "Sedge Moor Eggs Ltd", "Tithe Barn Weddings Ltd", "Upland Wool Co-operative Ltd", "Withy Beds Campsite", "Yew Tree Holiday Lets",
        "The Almonry Theatre Trust", "Bishop's Meadow Holdings Ltd",
    ),
}  # fmt: skip
_ABROAD = {"Byrne Brothers Builders Ltd": "IE", "O'Sullivan Paving Ltd": "IE", "Island Ferries Ltd": "IE"}
TEAM_OF = {name: team for team, names in _OF_TEAM.items() for name in names}
"""The team of each business; None: not assigned yet."""
SECOND_APP_EVERY = 9
"""Of this many businesses with books in one app, one has moved to another, or is about to."""


def new_in(personality: Personality) -> int:
    """How many of an app's organisations are not on the client list yet."""
    return max(2, personality.demo_clients // 5)


def by_app(personalities: Iterable[Personality]) -> dict[str, Sequence[Named]]:
    """Each app's businesses, by its name. Every business is in one app or in two."""
    wanted = {
        personality.name: personality.demo_clients + new_in(personality) for personality in personalities
    }
    dealt: dict[str, list[Named]] = {app: [] for app in wanted}
    for number, business in enumerate(_businesses(), 1):
        for _ in range(2 if number % SECOND_APP_EVERY == 0 else 1):
            open_apps = [a for a in wanted if len(dealt[a]) < wanted[a] and business not in dealt[a]]
            if open_apps:
                dealt[min(open_apps, key=lambda app: len(dealt[app]) / wanted[app])].append(business)
    return {app: businesses for app, businesses in dealt.items() if businesses}


def _businesses() -> Sequence[Named]:
    """All of them, in an order unrelated to their names."""
    named = [Named(name, _ABROAD.get(name, "GB")) for name in TEAM_OF]
    Random("demo").shuffle(named)  # noqa: S311 - a story, not a secret
    return named
