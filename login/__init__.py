"""Who somebody is: learned from networks, told to host sites by OpenID Connect."""
