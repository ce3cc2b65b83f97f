//! What people type into a website column, and what becomes of it.

use pgcascade::outreach::refusal::Refusal;
use pgcascade::outreach::website::{WEBSITE_CHARS_MAX, Website};

#[test]
fn every_certain_spelling_of_an_address_is_mended() {
    for (typed, url, domain) in [
        ("acme.com", "https://acme.com", "acme.com"),
        (" acme.com ", "https://acme.com", "acme.com"),
        ("HTTP://www.Acme.com/", "http://www.acme.com", "acme.com"),
        ("https://acme.com./", "https://acme.com", "acme.com"),
        ("acme.com..", "https://acme.com", "acme.com"),
        (
            "acme.com:8080/shop/",
            "https://acme.com:8080/shop",
            "acme.com",
        ),
        ("https://acme.com:443", "https://acme.com", "acme.com"),
        (
            "https://user:pass@acme.com/a?b=c#d",
            "https://acme.com/a",
            "acme.com",
        ),
        ("user:pass@acme.com", "https://acme.com", "acme.com"),
        ("http://https://acme.com", "http://acme.com", "acme.com"),
        ("http:/acme.com", "http://acme.com", "acme.com"),
        ("https:acme.com", "https://acme.com", "acme.com"),
        ("http:\\\\acme.com\\a", "http://acme.com/a", "acme.com"),
        ("https:// acme.com", "https://acme.com", "acme.com"),
        ("//acme.com", "https://acme.com", "acme.com"),
        ("<https://acme.com>", "https://acme.com", "acme.com"),
        ("\"acme.com\",", "https://acme.com", "acme.com"),
        ("\u{feff}acme\u{200b}.com", "https://acme.com", "acme.com"),
        (
            "www.müller.de",
            "https://www.xn--mller-kva.de",
            "xn--mller-kva.de",
        ),
        (
            "www.acme.co.uk/about us",
            "https://www.acme.co.uk/about%20us",
            "acme.co.uk",
        ),
        (
            "https://acme.com?utm_source=x",
            "https://acme.com",
            "acme.com",
        ),
        (
            "medium-sized.com/@acme",
            "https://medium-sized.com/@acme",
            "medium-sized.com",
        ),
        (
            "acme.wixsite.com/home",
            "https://acme.wixsite.com/home",
            "acme.wixsite.com",
        ),
        ("hp.com/us", "https://hp.com/us", "hp.com"),
        ("http.acme.com", "https://http.acme.com", "acme.com"),
    ] {
        let website = Website::parse(typed).unwrap_or_else(|refusal| panic!("{typed}: {refusal}"));
        assert_eq!(
            (website.url(), website.domain().as_str()),
            (url, domain),
            "{typed}"
        );
    }
}

#[test]
fn an_address_that_needs_a_guess_is_refused_with_a_proposal() {
    for (typed, meant) in [
        ("htp://acme.com", "https://acme.com"),
        ("http//acme.com", "https://acme.com"),
        ("https;//acme.com/x", "https://acme.com/x"),
        ("hhttps://www.acme.com", "https://www.acme.com"),
        ("http.//acme.com", "https://acme.com"),
        ("ttp:acme.com", "https://acme.com"),
        ("www,acme.com", "acme.com"),
        ("www.acme,com", "www.acme.com"),
        ("acme .com", "acme.com"),
        ("acme.com (main site)", "acme.com"),
    ] {
        match Website::parse(typed) {
            Err(Refusal::WebsiteMistyped { proposal, .. }) => {
                assert_eq!(proposal.to_string(), meant, "{typed}");
            }
            other => panic!("{typed}: {other:?}"),
        }
    }
}

#[test]
fn what_is_no_website_is_refused_for_what_it_is() {
    for (typed, code) in [
        ("", "website_missing"),
        (" \u{200b} ", "website_missing"),
        ("n/a", "website_placeholder"),
        ("None", "website_placeholder"),
        ("https://example.com", "website_placeholder"),
        ("www.yourdomain.com", "website_placeholder"),
        ("-", "website_without_letters"),
        ("\"\"", "website_without_letters"),
        ("🏢🚀", "website_without_letters"),
        ("💩.la", "website_without_letters"),
        ("ac\0me.com", "website_control_characters"),
        ("acme.com\nacme.de", "website_control_characters"),
        ("acme.com, acme.de", "website_several"),
        ("acme.com; www.acme.de", "website_several"),
        ("https://acme.com/ https://acme.de/", "website_several"),
        ("ftp://acme.com", "website_scheme"),
        ("javascript:alert(1)", "website_scheme"),
        ("tel:+1-202-555-0142", "website_scheme"),
        ("see our page", "website_malformed"),
        ("jane@acme.com", "website_is_email"),
        ("mailto:jane@acme.com", "website_is_email"),
        ("jane@gmail.com", "website_is_email"),
        ("192.168.1.1", "website_ip_address"),
        ("http://10.0.0.1:8080/admin", "website_ip_address"),
        ("2130706433", "website_ip_address"),
        ("http://0x7f000001", "website_ip_address"),
        ("http://017700000001/", "website_ip_address"),
        ("http://[::1]/", "website_ip_address"),
        ("2001:db8::1", "website_ip_address"),
        ("999.1.1.1", "website_ip_address"),
        ("localhost", "website_reserved"),
        ("http://localhost:3000", "website_reserved"),
        ("intranet.acme.local", "website_reserved"),
        ("acme.test", "website_reserved"),
        ("acme.example", "website_reserved"),
        ("acme", "website_without_dot"),
        ("https://", "website_malformed"),
        ("com", "website_public_suffix"),
        (".com", "website_public_suffix"),
        ("co.uk", "website_public_suffix"),
        ("www.acme.con", "website_unknown_tld"),
        ("acme..com", "website_malformed"),
        (
            "'; drop table marketing.company_master; --",
            "website_malformed",
        ),
    ] {
        match Website::parse(typed) {
            Err(refusal) => assert_eq!(refusal.code(), code, "{typed}"),
            Ok(website) => panic!("{typed} became {}", website.url()),
        }
    }
    let long = format!("acme.com/{}", "a".repeat(WEBSITE_CHARS_MAX));
    assert_eq!(
        Website::parse(&long).unwrap_err().code(),
        "website_too_long"
    );
}

#[test]
fn an_address_in_the_website_column_hints_at_the_website_unless_it_is_free_mail() {
    let refusal = Website::parse("jane.doe@acme.com").unwrap_err().to_string();
    assert!(
        refusal.contains("j***@acme.com") && refusal.contains("if acme.com is"),
        "{refusal}"
    );
    let refusal = Website::parse("jane.doe@gmail.com")
        .unwrap_err()
        .to_string();
    assert!(!refusal.contains("if gmail.com"), "{refusal}");
}
