//! Names in policies: each by itself, or by what they have in common where a policy has no room for all.

/// What ends a part of a name.
const SEPARATORS: [char; 3] = ['.', '-', '_'];

/// `names`, or patterns such as `orders.*` that cover them, so that each of them with `around` characters of an ARN takes
/// no more than `room` characters together.
///
/// Patterns are as narrow as there is room for; where names have nothing in common, that is `*`.
pub fn covering(names: &[String], around: usize, room: usize) -> Vec<String> {
    let fits = |patterns: &[String]| patterns.iter().map(|pattern| pattern.len() + around).sum::<usize>() <= room;
    if fits(names) {
        return names.to_vec();
    }
    let longest = names.iter().map(|name| name.matches(SEPARATORS).count()).max().unwrap_or_default();
    for parts in (1..=longest).rev() {
        let mut patterns: Vec<String> = names.iter().map(|name| pattern(name, parts)).collect();
        patterns.sort_unstable();
        patterns.dedup();
        if fits(&patterns) {
            return patterns;
        }
    }
    vec!["*".into()]
}

/// The first `parts` parts of `name` with whatever follows, or `name` when it has no more than these.
fn pattern(name: &str, parts: usize) -> String {
    match name.match_indices(SEPARATORS).nth(parts - 1) {
        Some((at, separator)) => format!("{}*", &name[..at + separator.len()]),
        None => name.to_owned(),
    }
}
