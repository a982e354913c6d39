// Organisations by name, as everywhere.

import "citymap/bodies";
