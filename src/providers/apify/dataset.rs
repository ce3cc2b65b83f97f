//! Reading what a run found: page by page, whatever single items look like.

use serde_json::Value;

use crate::outreach::contact_source::{FoundPerson, RunRequest};
use crate::providers::http::CallError;

use super::client::ApifyClient;
use super::items::person;
use super::refusal::{Purpose, Refusal};
use super::run::Run;

/// Items asked for at once.
const PAGE_ITEMS: usize = 250;

/// A run that stored more than this many items beyond the people asked for is not read further:
/// `maxItems` bounds what Apify charges, not what an actor stores.
const SPARE_ITEMS_MAX: usize = 2_000;

/// What one call for a page came to.
enum Page {
    Items {
        items: Vec<Value>,
        total: Option<usize>,
    },
    TooLarge,
}

impl ApifyClient {
    /// The people of a run that succeeded, in the dataset's order, at most `leads_max`.
    ///
    /// An item that is no person of a company is left out and counted in one warning. A page that
    /// is too large is asked for again in halves, down to the one item that is.
    pub(super) async fn read_people(
        &self,
        run: &Run,
        request: &RunRequest,
    ) -> Result<Vec<FoundPerson>, Refusal> {
        let Some(dataset) = &run.default_dataset_id else {
            return Ok(Vec::new());
        };
        let people_max = usize::try_from(request.leads_max).unwrap_or(usize::MAX);
        let offset_max = people_max.saturating_add(SPARE_ITEMS_MAX);
        let (mut people, mut dropped) = (Vec::new(), 0_usize);
        let (mut offset, mut limit) = (0_usize, PAGE_ITEMS);
        while people.len() < people_max && offset < offset_max {
            match self.read_page(dataset, offset, limit).await? {
                Page::TooLarge if limit > 1 => {
                    limit /= 2;
                    continue;
                }
                Page::TooLarge => dropped += 1,
                Page::Items { items, total } => {
                    let found = items
                        .iter()
                        .filter_map(|item| person(item, &request.domains));
                    let before = people.len();
                    people.extend(found);
                    dropped += items.len() - (people.len() - before);
                    if is_last(items.len(), limit, offset, total) {
                        break;
                    }
                }
            }
            offset += limit;
        }
        people.truncate(people_max);
        if dropped > 0 {
            tracing::warn!(
                provider.name = "apify",
                apify.run_id = run.id,
                items.dropped = dropped,
                "items of a run were left out: they name no person or no company"
            );
        }
        Ok(people)
    }

    async fn read_page(&self, dataset: &str, offset: usize, limit: usize) -> Result<Page, Refusal> {
        let mut url = self
            .config
            .base_url
            .join(["v2", "datasets", dataset, "items"]);
        url.query_pairs_mut()
            .append_pair("clean", "true")
            .append_pair("format", "json")
            .append_pair("offset", &offset.to_string())
            .append_pair("limit", &limit.to_string());
        let sent = self
            .http
            .send(self.get(url), self.config.request_timeout)
            .await;
        let reply = match sent {
            Err(CallError::TooLarge { .. }) => return Ok(Page::TooLarge),
            Err(error) => return Err(self.refusals.of_lost_call(Purpose::Collect, &error)),
            Ok(reply) => reply,
        };
        if let Some(refusal) = self.refusals.of_reply(Purpose::Collect, &reply) {
            return Err(refusal);
        }
        let items = reply
            .json::<Vec<Value>>()
            .map_err(|error| self.refusals.of_malformed(Purpose::Collect, &error))?;
        let total = reply
            .header("x-apify-pagination-total")
            .and_then(|text| text.parse().ok());
        Ok(Page::Items { items, total })
    }
}

/// True if nothing can follow. A short page is not enough: empty items count for `limit` and are
/// not sent. The total alone is not enough either: it lags behind the items.
fn is_last(items: usize, limit: usize, offset: usize, total: Option<usize>) -> bool {
    items == 0 || (items < limit && total.is_some_and(|total| total <= offset + limit))
}
