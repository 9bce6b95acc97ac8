"""What stands for the address of a visitor where uses of a public page are counted."""

import hashlib
import hmac
import ipaddress


def get_address_key(env, purpose, address):
    """Return a text that stands for ``address`` (an IP address, or what a proxy tells).

    Nobody without the secret of the database can tell which address it is, nor that two
    ``purpose``s counted the same one.
    """
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        ip = None  # a socket, or a proxy that tells no addresses: they share one count
    if ip and ip.version == 6:
        # one customer of a provider has a whole network of these
        address = str(ipaddress.ip_network((ip, 64), strict=False))
    # sudo: the secret is the administrator's
    secret = env["ir.config_parameter"].sudo().get_param("database.secret")
    return hmac.new(secret.encode(), f"{purpose}:{address}".encode(), hashlib.sha256).hexdigest()
