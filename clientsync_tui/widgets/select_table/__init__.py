"""The select table: the one widget that everything is selected with."""
