"""Tables: objects as rows of cells, with the columns that kubectl users know."""
