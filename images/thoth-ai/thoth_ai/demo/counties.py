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


# The state numbers its counties in alphabetical order.
COUNTIES = (
    County(1, "Alameda", 37.65, -121.91, "510", 9),
    County(2, "Alpine", 38.60, -119.82, "530", 1),
    County(3, "Amador", 38.44, -120.65, "209", 1),
    County(4, "Butte", 39.66, -121.60, "530", 3),
    County(5, "Calaveras", 38.20, -120.55, "209", 1),
    County(6, "Colusa", 39.18, -122.23, "530", 1),
    County(7, "Contra Costa", 37.92, -121.95, "925", 7),
    County(8, "Del Norte", 41.74, -123.90, "707", 1),
    County(9, "El Dorado", 38.78, -120.52, "530", 2),
    County(10, "Fresno", 36.76, -119.65, "559", 8),
    County(11, "Glenn", 39.60, -122.39, "530", 1),
    County(12, "Humboldt", 40.70, -123.87, "707", 2),
    County(13, "Imperial", 33.04, -115.37, "760", 2),
    County(14, "Inyo", 36.51, -117.41, "760", 1),
    County(15, "Kern", 35.34, -118.73, "661", 7),
    County(16, "Kings", 36.07, -119.82, "559", 2),
    County(17, "Lake", 39.10, -122.75, "707", 1),
    County(18, "Lassen", 40.67, -120.59, "530", 1),
    County(19, "Los Angeles", 34.32, -118.22, "213", 36, 2200),
    County(20, "Madera", 37.22, -119.76, "559", 2),
    County(21, "Marin", 38.07, -122.72, "415", 2),
    County(22, "Mariposa", 37.58, -119.91, "209", 1),
    County(23, "Mendocino", 39.44, -123.39, "707", 2),
    County(24, "Merced", 37.19, -120.72, "209", 3),
    County(25, "Modoc", 41.59, -120.73, "530", 1),
    County(26, "Mono", 37.94, -118.89, "760", 1),
    County(27, "Monterey", 36.24, -121.32, "831", 4),
    County(28, "Napa", 38.51, -122.33, "707", 2),
    County(29, "Nevada", 39.30, -120.77, "530", 2),
    County(30, "Orange", 33.70, -117.76, "714", 10),
    County(31, "Placer", 39.06, -120.72, "916", 3),
    County(32, "Plumas", 40.00, -120.84, "530", 1),
    County(33, "Riverside", 33.74, -115.99, "951", 9, 2600),
    County(34, "Sacramento", 38.45, -121.34, "916", 8),
    County(35, "San Benito", 36.61, -121.08, "831", 1),
    County(36, "San Bernardino", 34.84, -116.18, "909", 10, 3000),
    County(37, "San Diego", 33.03, -116.74, "619", 12, 2000),
    County(38, "San Francisco", 37.76, -122.44, "415", 5, 250),
    County(39, "San Joaquin", 37.93, -121.27, "209", 5),
    County(40, "San Luis Obispo", 35.39, -120.40, "805", 3),
    County(41, "San Mateo", 37.43, -122.36, "650", 4, 900),
    County(42, "Santa Barbara", 34.70, -120.02, "805", 3),
    County(43, "Santa Clara", 37.23, -121.70, "408", 10),
    County(44, "Santa Cruz", 37.06, -122.01, "831", 3, 800),
    County(45, "Shasta", 40.76, -122.04, "530", 2),
    County(46, "Sierra", 39.58, -120.52, "530", 1),
    County(47, "Siskiyou", 41.59, -122.54, "530", 2),
    County(48, "Solano", 38.27, -121.93, "707", 3),
    County(49, "Sonoma", 38.53, -122.92, "707", 4),
    County(50, "Stanislaus", 37.56, -120.99, "209", 5),
    County(51, "Sutter", 39.03, -121.69, "530", 1),
    County(52, "Tehama", 40.13, -122.23, "530", 1),
    County(53, "Trinity", 40.65, -123.11, "530", 1),
    County(54, "Tulare", 36.22, -118.80, "559", 5),
    County(55, "Tuolumne", 38.03, -119.95, "209", 1),
    County(56, "Ventura", 34.37, -119.13, "805", 5),
    County(57, "Yolo", 38.69, -121.90, "530", 2),
    County(58, "Yuba", 39.27, -121.35, "530", 1),
)
