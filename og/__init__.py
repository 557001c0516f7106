"""What a page is about, and how it looks when somebody shares it: previews read from any page."""
