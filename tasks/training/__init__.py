"""What goes on training: models that each era's own release saved in the middle of it, and where they got to after."""
