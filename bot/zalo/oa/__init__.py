"""The door of a Zalo Official Account: webhooks in, consultation messages out, tokens that renew themselves."""
