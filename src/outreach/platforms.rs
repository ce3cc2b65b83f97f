//! Addresses that many companies share: social networks, marketplaces, directories, short links.
//!
//! Pure. A shared address identifies nobody, so it cannot be a company's website, with one
//! exception: the company that owns the platform. Facebook, Inc. with `www.facebook.com` is right;
//! Joe's Plumbing with `facebook.com` or `facebook.com/joesplumbing` is not, and neither is
//! Facebook with a page inside it, because what follows the domain is always somebody's page. The
//! entries are in `lists/platforms.txt`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::company::CompanyName;
use super::domain::Domain;
use super::lists;
use super::website::Website;

/// What kind of page a shared address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A profile in a network.
    Social,
    /// A shop, listing or app.
    Marketplace,
    /// A page about the company, written by others.
    Directory,
    /// A short link or a page of links.
    Link,
    /// A page without a domain of its own.
    Page,
    /// A mail provider's domain.
    FreeMail,
}

struct Entry {
    /// Without a slash at either end; empty when every path counts.
    path: &'static str,
    kind: Kind,
    owners: Vec<&'static str>,
}

static PLATFORMS: LazyLock<HashMap<&str, Vec<Entry>>> = LazyLock::new(|| {
    let mut platforms: HashMap<&str, Vec<Entry>> = HashMap::new();
    for (host, entry) in
        lists::entries(include_str!("lists/platforms.txt")).filter_map(platform_of_line)
    {
        platforms.entry(host).or_default().push(entry);
    }
    platforms
});

/// The kind of platform that a website is on, or None when it is the company's own site.
pub fn shared_by_many(website: &Website, name: Option<&CompanyName>) -> Option<Kind> {
    let (kind, owners) = match entry_of(website) {
        Some(entry) => (entry.kind, entry.owners.as_slice()),
        None if lists::is_free_mail(website.domain().as_str()) => (Kind::FreeMail, &[][..]),
        None => return None,
    };
    let owned = website.path().is_empty()
        && name.is_some_and(|name| is_owner(&name.normal(), website.domain(), owners));
    (!owned).then_some(kind)
}

/// `facebook.com social meta, meta platforms` as a host and its entry.
fn platform_of_line(line: &'static str) -> Option<(&'static str, Entry)> {
    let (address, rest) = line.split_once(' ')?;
    let (kind, owners) = rest.split_once(' ').unwrap_or((rest, ""));
    let kind = match kind {
        "social" => Kind::Social,
        "marketplace" => Kind::Marketplace,
        "directory" => Kind::Directory,
        "link" => Kind::Link,
        "page" => Kind::Page,
        _ => return None,
    };
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let owners = owners
        .split(", ")
        .filter(|owner| !owner.is_empty())
        .collect();
    Some((host, Entry { path, kind, owners }))
}

/// The entry for the host or the nearest domain above it whose path prefix fits.
fn entry_of(website: &Website) -> Option<&'static Entry> {
    let mut host = website.host();
    loop {
        let entries = PLATFORMS.get(host).map(Vec::as_slice).unwrap_or_default();
        if let Some(entry) = entries
            .iter()
            .find(|entry| is_below(website.path(), entry.path))
        {
            return Some(entry);
        }
        host = host.split_once('.')?.1;
    }
}

/// Whether a path is the prefix or continues it in a segment of its own.
fn is_below(path: &str, prefix: &str) -> bool {
    prefix.is_empty()
        || path
            .strip_prefix('/')
            .and_then(|path| path.strip_prefix(prefix))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_owner(normal: &str, domain: &Domain, owners: &[&str]) -> bool {
    owners.contains(&normal) || normal.split(' ').next() == Some(domain.label().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(website: &str, name: &str) -> Option<Kind> {
        let website = Website::parse(website).unwrap();
        shared_by_many(&website, CompanyName::parse(name).ok().as_ref())
    }

    #[test]
    fn every_line_of_the_list_is_an_entry() {
        for line in lists::entries(include_str!("lists/platforms.txt")) {
            let (host, entry) = platform_of_line(line).unwrap();
            assert_eq!(host, host.to_lowercase(), "{line}");
            let normal = crate::outreach::company::normal_name;
            assert!(
                entry.owners.iter().all(|owner| normal(owner) == **owner),
                "{line}"
            );
        }
    }

    #[test]
    fn a_page_on_a_platform_is_nobodys_website() {
        for (website, expected) in [
            ("facebook.com/joesplumbing", Kind::Social),
            ("https://www.facebook.com", Kind::Social),
            ("de-de.facebook.com/joe", Kind::Social),
            ("linkedin.com/company/acme", Kind::Social),
            ("x.com/acme", Kind::Social),
            ("amazon.com/shops/acme", Kind::Marketplace),
            ("www.etsy.com/shop/acme", Kind::Marketplace),
            ("en.wikipedia.org/wiki/Acme", Kind::Directory),
            ("google.com/maps/place/acme", Kind::Directory),
            ("linktr.ee/acme", Kind::Link),
            ("sites.google.com/view/acme", Kind::Page),
            ("gmail.com", Kind::FreeMail),
            ("www.comcast.net", Kind::FreeMail),
        ] {
            assert_eq!(kind(website, "Joe's Plumbing"), Some(expected), "{website}");
        }
    }

    #[test]
    fn the_owner_of_a_platform_may_have_it_as_its_website() {
        for (website, name) in [
            ("https://www.amazon.com", "Amazon.com, Inc."),
            ("facebook.com", "Facebook Ireland"),
            ("facebook.com/", "Meta Platforms, Inc."),
            ("x.com", "X Corp."),
            ("yahoo.com", "Yahoo! Inc."),
            ("web.de", "WEB.DE GmbH"),
            ("wikipedia.org", "Wikimedia Foundation, Inc."),
        ] {
            assert_eq!(kind(website, name), None, "{name}");
        }
        assert_eq!(
            kind("facebook.com/facebook", "Facebook Inc"),
            Some(Kind::Social)
        );
        assert_eq!(kind("facebook.com", "Meta Plumbing"), Some(Kind::Social));
    }

    #[test]
    fn a_path_prefix_counts_in_whole_segments() {
        assert_eq!(kind("google.com", "Google"), None);
        assert_eq!(kind("google.com/mapsmith", "Acme"), None);
        assert_eq!(kind("notfacebook.com/acme", "Acme"), None);
        assert_eq!(kind("acme.github.io", "Acme"), None);
        assert_eq!(kind("acme.wixsite.com/home", "Acme"), None);
    }
}
