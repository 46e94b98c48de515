"""NHN Cloud: KakaoTalk Bizmessage's Alimtalk v2.3 and SMS v3.0, two services with an app key each.

Where the public documents of either leave something open, the code says so and stays on the side
that sends nothing twice.
"""
