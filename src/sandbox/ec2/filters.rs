//! `Filter.N.Name` and `Filter.N.Value.M`.

use super::refusals;
use crate::account::Account;
use crate::answer::Fault;
use crate::tags::Tags;
use crate::wire::Params;

/// How many values all filters of a request may have together.
const MOST_VALUES: usize = 200;

/// A filter's name, and what an object has there at some time (milliseconds since the epoch).
pub(super) type Field<T> = (&'static str, fn(&T, &Account, u64) -> Vec<String>);

/// The filters of one request. An object fits when each filter has a value that the object has.
#[derive(Debug)]
pub(super) struct Filters(Vec<(String, Vec<String>)>);

impl Filters {
    /// Reads the filters of a request. Beside those of `fields` there are `tag:<key>` and `tag-key`.
    ///
    /// # Errors
    /// For a name that is none of these, and for too many values.
    pub(super) fn read<T>(params: &Params, fields: &[Field<T>]) -> Result<Self, Fault> {
        let mut filters = Vec::new();
        for filter in params.structures("Filter") {
            let name: String = filter.required("Name")?;
            let values: Vec<String> = filter.list("Value")?;
            let known = name == "tag-key"
                || name.strip_prefix("tag:").is_some_and(|key| !key.is_empty())
                || fields.iter().any(|(field, _)| *field == name);
            if !known {
                return Err(refusals::invalid(format!("The filter '{name}' is invalid")));
            }
            if values.is_empty() {
                return Err(refusals::invalid(format!("The filter '{name}' has no value")));
            }
            filters.push((name, values));
        }
        if filters.iter().map(|(_, values)| values.len()).sum::<usize>() > MOST_VALUES {
            let message = format!("The maximum length of the filter values is {MOST_VALUES}");
            return Err(Fault::new(400, "FilterLimitExceeded", message));
        }
        Ok(Self(filters))
    }

    /// Whether `object` with `tags` passes every filter.
    pub(super) fn fit<T>(&self, fields: &[Field<T>], object: &T, tags: &Tags, account: &Account, now: u64) -> bool {
        self.0.iter().all(|(name, values)| {
            let has = match (name.as_str(), name.strip_prefix("tag:")) {
                ("tag-key", _) => tags.keys().cloned().collect(),
                (_, Some(key)) => tags.get(key).cloned().into_iter().collect(),
                _ => fields
                    .iter()
                    .find(|(field, _)| field == name)
                    .map_or(Vec::new(), |(_, get)| get(object, account, now)),
            };
            has.iter().any(|has| values.iter().any(|value| matches(value.as_bytes(), has.as_bytes())))
        })
    }
}

/// Whether `text` is what `pattern` says: `*` stands for any characters, `?` for one, `\` takes both their meaning.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => (0..=text.len()).any(|skipped| matches(rest, &text[skipped..])),
        ([b'?', pattern @ ..], [_, text @ ..]) => matches(pattern, text),
        ([b'\\', wanted, pattern @ ..], [found, text @ ..]) => wanted == found && matches(pattern, text),
        ([wanted, pattern @ ..], [found, text @ ..]) => wanted == found && matches(pattern, text),
        _ => false,
    }
}
