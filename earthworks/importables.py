"""What `import_layer` reads for this app."""

from earthworks.importing.works import NAME, import_works
from layers.imports.registry import OtherImport, register_import

register_import(OtherImport(name=NAME, run=import_works))
