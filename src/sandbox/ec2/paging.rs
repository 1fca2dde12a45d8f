//! `MaxResults` and `NextToken`.

use super::refusals;
use crate::answer::Fault;
use crate::wire::{Params, Xml};

/// Which part of a listing a request asks for.
#[derive(Debug)]
pub(super) struct Page {
    size: usize,
    /// The id after which it begins.
    after: Option<String>,
}

/// What every token begins with, so that others are refused.
const MARK: &str = "after:";

impl Page {
    /// Reads `MaxResults`, which is 5 to `most`, and `NextToken`. Without a size a page is as large as they get.
    ///
    /// # Errors
    /// For another size, for a token that this service did not give, and for a size together with ids.
    pub(super) fn read(params: &Params, most: usize, with_ids: bool) -> Result<Self, Fault> {
        let size = params.optional::<usize>("MaxResults")?;
        let token = params.optional::<String>("NextToken")?;
        if let Some(size) = size {
            if with_ids {
                let message = "The parameters maxResults and resource ids cannot be used together";
                return Err(Fault::new(400, "InvalidParameterCombination", message));
            }
            if !(5..=most).contains(&size) {
                let bound = if size < 5 { "greater than 5".to_owned() } else { format!("less than {most}") };
                let message =
                    format!("Value ( {size} ) for parameter maxResults is invalid. Expecting a value {bound}.");
                return Err(refusals::invalid(message));
            }
        }
        let after = token.filter(|token| !token.is_empty()).map(|token| match token.strip_prefix(MARK) {
            Some(id) => Ok(id.to_owned()),
            None => Err(Fault::new(400, "InvalidNextToken", "The specified NextToken is not valid.")),
        });
        Ok(Self { size: size.unwrap_or(most), after: after.transpose()? })
    }

    /// The part of `items`, sorted by id, that was asked for, as the element `name`, and the token of the next part.
    pub(super) fn cut<'a>(&self, name: &str, items: impl Iterator<Item = (&'a str, Xml)>) -> Xml {
        let mut rest = items.skip_while(|(id, _)| self.after.as_deref().is_some_and(|after| *id <= after));
        let page: Vec<(&str, Xml)> = rest.by_ref().take(self.size).collect();
        let last = rest.next().and_then(|_| page.last()).map(|(id, _)| format!("{MARK}{id}"));
        Xml::new().list(name, "item", page.into_iter().map(|(_, item)| item)).optional("nextToken", last)
    }
}
