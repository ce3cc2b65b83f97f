//! The word lists of this room, read once from the files beside them.
//!
//! A list is data: a word more or less needs no code. Every file says in its first lines what its
//! entries mean and how they are compared.

use std::collections::HashSet;
use std::sync::LazyLock;

static FREE_MAIL: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words(include_str!("lists/free_mail.txt")));
static ROLES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words(include_str!("lists/role_addresses.txt")));
static PLACEHOLDER_WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words(include_str!("lists/placeholder_words.txt")));
static PLACEHOLDER_DOMAINS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words(include_str!("lists/placeholder_domains.txt")));
static LEGAL_FORMS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| words(include_str!("lists/legal_forms.txt")));

/// Whether anybody may open an address at this registrable domain.
pub fn is_free_mail(domain: &str) -> bool {
    FREE_MAIL.contains(domain)
}

/// Whether a local part, in lowercase letters and digits only, reaches a function and no person.
pub fn is_role(local: &str) -> bool {
    ROLES.contains(local)
}

/// Whether a whole cell, in lowercase with single spaces, stands for "nothing".
pub fn is_placeholder_word(cell: &str) -> bool {
    PLACEHOLDER_WORDS.contains(cell)
}

/// Whether a registrable domain stands for "the domain goes here".
pub fn is_placeholder_domain(domain: &str) -> bool {
    PLACEHOLDER_DOMAINS.contains(domain)
}

/// Whether a word of a normal name says how the company is registered.
pub fn is_legal_form(word: &str) -> bool {
    LEGAL_FORMS.contains(word)
}

/// The entries of a list file: one per line, without the comments.
pub fn entries(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn words(list: &'static str) -> HashSet<&'static str> {
    entries(list).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outreach::domain::Domain;

    #[test]
    fn every_listed_domain_is_a_registrable_one_in_normal_form() {
        for domain in entries(include_str!("lists/free_mail.txt")) {
            assert_eq!(Domain::from_host(domain).unwrap().as_str(), domain);
        }
    }

    #[test]
    fn every_listed_word_is_in_the_form_it_is_compared_in() {
        for word in entries(include_str!("lists/role_addresses.txt")) {
            assert!(word.chars().all(|c| c.is_ascii_lowercase()), "{word}");
        }
        for cell in entries(include_str!("lists/placeholder_words.txt")) {
            assert!(!cell.contains("  ") && cell.chars().all(|c| c == ' ' || c.is_alphanumeric()));
        }
    }
}
