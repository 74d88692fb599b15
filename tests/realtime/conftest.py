from superapp.realtime import registry

if not registry._authenticators:  # While accounts is being built.
    from superapp.accounts import queries
    from superapp.core import clock

    @registry.authenticator
    def caller(session_key):
        device = queries.device_of_session(session_key, now=clock.now())
        if device is None:
            return None
        return registry.Caller(
            device.user_id, device.user.public_id, device.pk, device.public_id, device.user.language
        )
