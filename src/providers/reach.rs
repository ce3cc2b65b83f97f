//! How far a request may reach: public addresses only, or private networks, too.
//!
//! A destination that comes from a row could name anything: this machine, the network behind it,
//! the address at which clouds hand out credentials. Names are resolved here, refused addresses are
//! dropped, and the client connects to what is left, so a name that changes its mind between the
//! look and the connection gains nothing. Addresses written as numbers are judged before the call.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// How far a client may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Addresses of the public internet.
    Public,
    /// This machine and private networks, too; not link-local and metadata addresses.
    Private,
}

/// A destination that must not be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{host} leads to {kind} address")]
pub struct Unreachable {
    /// The host as the URL names it.
    pub host: String,
    /// What it leads to, with its article.
    pub kind: Kind,
}

/// What is wrong with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// This machine.
    Loopback,
    /// A private network.
    Private,
    /// This link, or the metadata service of a cloud.
    LinkLocal,
    /// Addresses that no single service has.
    Reserved,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Loopback => "a loopback",
            Self::Private => "a private",
            Self::LinkLocal => "a link-local or metadata",
            Self::Reserved => "a reserved",
        })
    }
}

impl Reach {
    /// Why an address must not be reached; None when it may be.
    pub fn objection(self, address: IpAddr) -> Option<Kind> {
        let kind = kind(address)?;
        match (self, kind) {
            (Self::Private, Kind::Loopback | Kind::Private) => None,
            _ => Some(kind),
        }
    }

    /// Judges a URL whose host is a number; names are judged when they are resolved.
    ///
    /// # Errors
    /// What the number stands for.
    pub fn judge(self, url: &Url) -> Result<(), Unreachable> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::from(address),
            Some(Host::Ipv6(address)) => IpAddr::from(address),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        match self.objection(address) {
            Some(kind) => Err(Unreachable {
                host: address.to_string(),
                kind,
            }),
            None => Ok(()),
        }
    }

    /// The addresses of a name that may be reached.
    fn allowed(
        self,
        host: &str,
        found: impl IntoIterator<Item = SocketAddr>,
    ) -> Result<Vec<SocketAddr>, Unreachable> {
        let mut refused = None;
        let mut allowed = Vec::new();
        for address in found {
            match self.objection(address.ip()) {
                Some(kind) => refused = Some(kind),
                None => allowed.push(address),
            }
        }
        match refused {
            Some(kind) if allowed.is_empty() => Err(Unreachable {
                host: host.to_owned(),
                kind,
            }),
            _ => Ok(allowed),
        }
    }
}

/// Resolves names as the system does and lets pass what may be reached.
impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = *self;
        Box::pin(async move {
            // The port is the URL's; the client puts it in.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed = reach.allowed(name.as_str(), found)?;
            if allowed.is_empty() {
                return Err(io::Error::from(io::ErrorKind::NotFound).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn kind(address: IpAddr) -> Option<Kind> {
    match address {
        IpAddr::V4(address) => kind_v4(address),
        IpAddr::V6(address) => kind_v6(address),
    }
}

fn kind_v4(address: Ipv4Addr) -> Option<Kind> {
    let kind = match address.octets() {
        [127, ..] => Kind::Loopback,
        // The metadata services of clouds, the last one inside a shared range.
        [169, 254, ..] | [100, 100, 100, 200] => Kind::LinkLocal,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Kind::Private,
        // This network, protocol assignments, documentation, benchmarks, multicast, future use.
        [0 | 224..=255, ..]
        | [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _] => Kind::Reserved,
        _ => return None,
    };
    Some(kind)
}

fn kind_v6(address: Ipv6Addr) -> Option<Kind> {
    let kind = match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Kind::Loopback,
        // An IPv4 address in the clothes of IPv6: mapped, or translated by a gateway.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
            return kind_v4(Ipv4Addr::new(a, b, c, d));
        }
        [0xfe80..=0xfebf, ..] | [0xfd00, 0xec2, ..] => Kind::LinkLocal,
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Kind::Private,
        // Tunnels and documentation: where a packet ends up is another's decision.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => Kind::Reserved,
        [0x2000..=0x3fff, ..] => return None,
        _ => Kind::Reserved,
    };
    Some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Option<Kind> {
        Reach::Public.objection(address.parse().unwrap())
    }

    #[test]
    fn every_spelling_of_an_inner_address_is_refused() {
        for (kind, addresses) in [
            (Kind::Loopback, "127.0.0.1 127.9.9.9 ::1 ::ffff:127.0.0.1"),
            (
                Kind::Private,
                "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 ::ffff:10.0.0.1 \
                 64:ff9b::a00:1 fc00::1 fd12:3456::1 fec0::1",
            ),
            (
                Kind::LinkLocal,
                "169.254.169.254 ::ffff:169.254.169.254 fe80::1 fd00:ec2::254 100.100.100.200",
            ),
            (
                Kind::Reserved,
                "0.0.0.0 255.255.255.255 224.0.0.1 198.18.0.1 192.0.2.1 :: ff02::1 2001::1 \
                 2001:db8::1 2002:7f00:1:: ::127.0.0.1 100::1 4000::1",
            ),
        ] {
            for address in addresses.split_whitespace() {
                assert_eq!(of(address), Some(kind), "{address}");
            }
        }
        for address in "1.1.1.1 172.32.0.1 100.128.0.1 2606:4700::1111 ::ffff:8.8.8.8".split(' ') {
            assert_eq!(of(address), None, "{address}");
        }
    }

    #[test]
    fn private_networks_open_without_link_local_and_metadata() {
        let open = |address: &str| Reach::Private.objection(address.parse().unwrap()).is_none();
        assert!(open("127.0.0.1") && open("10.1.2.3") && open("fd12::1") && open("1.1.1.1"));
        assert!(!open("169.254.169.254") && !open("fe80::1") && !open("0.0.0.0"));
    }

    #[test]
    fn of_mixed_answers_only_the_public_ones_are_used() {
        let addresses = |text: &str| -> Vec<SocketAddr> {
            let parse = |one: &str| SocketAddr::new(one.parse().unwrap(), 0);
            text.split(' ').map(parse).collect()
        };
        let found = addresses("10.0.0.1 1.1.1.1");
        assert_eq!(
            Reach::Public.allowed("mixed.example", found),
            Ok(addresses("1.1.1.1"))
        );
        let found = addresses("10.0.0.1 10.0.0.2");
        let refused = Reach::Public.allowed("inner.example", found).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "inner.example leads to a private address"
        );
    }

    #[test]
    fn numbers_are_judged_however_they_are_written() {
        for url in [
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://[::1]:9/",
            "http://[::ffff:7f00:1]/",
        ] {
            assert!(
                Reach::Public.judge(&Url::parse(url).unwrap()).is_err(),
                "{url}"
            );
        }
        let name = Url::parse("https://hooks.example.com/x").unwrap();
        assert_eq!(Reach::Public.judge(&name), Ok(()));
    }
}
