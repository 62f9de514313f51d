"""OAuth v4, the OpenAPI and the webhooks of an Official Account, as Zalo documents them."""
