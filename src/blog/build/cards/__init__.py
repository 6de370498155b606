"""Cards: the pictures of 1200 by 630 pixels that social networks show for a link to a text."""
