"""The 58 counties, as public as geography: codes, rough places, rough sizes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class County:
    """A county: where its middle is, how far its towns lie from it, how heavy it counts."""

    code: int
    name: str
    latitude: float
    longitude: float
    area: str
    weight: int
    reach: int = 1200


# The state numbers its counties in alphabetical order, so the position is the code.
COUNTIES = tuple(
    County(code, *facts)
    for code, facts in enumerate(
        (
            ("Alameda", 37.65, -121.91, "510", 9),
            ("Alpine", 38.60, -119.82, "530", 1),
            ("Amador", 38.44, -120.65, "209", 1),
            ("Butte", 39.66, -121.60, "530", 3),
            ("Calaveras", 38.20, -120.55, "209", 1),
            ("Colusa", 39.18, -122.23, "530", 1),
            ("Contra Costa", 37.92, -121.95, "925", 7),
            ("Del Norte", 41.74, -123.90, "707", 1),
            ("El Dorado", 38.78, -120.52, "530", 2),
            ("Fresno", 36.76, -119.65, "559", 8),
            ("Glenn", 39.60, -122.39, "530", 1),
            ("Humboldt", 40.70, -123.87, "707", 2),
            ("Imperial", 33.04, -115.37, "760", 2),
            ("Inyo", 36.51, -117.41, "760", 1),
            ("Kern", 35.34, -118.73, "661", 7),
            ("Kings", 36.07, -119.82, "559", 2),
            ("Lake", 39.10, -122.75, "707", 1),
            ("Lassen", 40.67, -120.59, "530", 1),
            ("Los Angeles", 34.32, -118.22, "213", 36, 2200),
            ("Madera", 37.22, -119.76, "559", 2),
            ("Marin", 38.07, -122.72, "415", 2),
            ("Mariposa", 37.58, -119.91, "209", 1),
            ("Mendocino", 39.44, -123.39, "707", 2),
            ("Merced", 37.19, -120.72, "209", 3),
            ("Modoc", 41.59, -120.73, "530", 1),
            ("Mono", 37.94, -118.89, "760", 1),
            ("Monterey", 36.24, -121.32, "831", 4),
            ("Napa", 38.51, -122.33, "707", 2),
            ("Nevada", 39.30, -120.77, "530", 2),
            ("Orange", 33.70, -117.76, "714", 10),
            ("Placer", 39.06, -120.72, "916", 3),
            ("Plumas", 40.00, -120.84, "530", 1),
            ("Riverside", 33.74, -115.99, "951", 9, 2600),
            ("Sacramento", 38.45, -121.34, "916", 8),
            ("San Benito", 36.61, -121.08, "831", 1),
            ("San Bernardino", 34.84, -116.18, "909", 10, 3000),
            ("San Diego", 33.03, -116.74, "619", 12, 2000),
            ("San Francisco", 37.76, -122.44, "415", 5, 250),
            ("San Joaquin", 37.93, -121.27, "209", 5),
            ("San Luis Obispo", 35.39, -120.40, "805", 3),
            ("San Mateo", 37.43, -122.36, "650", 4, 900),
            ("Santa Barbara", 34.70, -120.02, "805", 3),
            ("Santa Clara", 37.23, -121.70, "408", 10),
            ("Santa Cruz", 37.06, -122.01, "831", 3, 800),
            ("Shasta", 40.76, -122.04, "530", 2),
            ("Sierra", 39.58, -120.52, "530", 1),
            ("Siskiyou", 41.59, -122.54, "530", 2),
            ("Solano", 38.27, -121.93, "707", 3),
            ("Sonoma", 38.53, -122.92, "707", 4),
            ("Stanislaus", 37.56, -120.99, "209", 5),
            ("Sutter", 39.03, -121.69, "530", 1),
            ("Tehama", 40.13, -122.23, "530", 1),
            ("Trinity", 40.65, -123.11, "530", 1),
            ("Tulare", 36.22, -118.80, "559", 5),
            ("Tuolumne", 38.03, -119.95, "209", 1),
            ("Ventura", 34.37, -119.13, "805", 5),
            ("Yolo", 38.69, -121.90, "530", 2),
            ("Yuba", 39.27, -121.35, "530", 1),
        ),
        start=1,
    )
)
