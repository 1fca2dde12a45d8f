//! Everything one AWS account has.

use super::ids::Ids;
use super::objects::Objects;
use super::{airflow, apigateway, ec2, elasticloadbalancing, iam, kafka, kafkaconnect, kinesis, logs, s3, tagging};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Declares the services with a state of their own in each region: as fields of [`Account`], where handlers find those of
/// the region of their call, and in [`Regional`], where the others wait.
macro_rules! regional {
    ($($service:ident),*) => {
        /// One AWS account as the region `region` sees it.
        #[derive(Clone, Debug, Default, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Account {
            /// Twelve digits.
            pub id: String,
            /// The region whose states the fields below are.
            pub region: String,
            /// Virtual time of the call being served, in milliseconds since the epoch.
            #[serde(skip)]
            pub now: u64,
            /// Where new identifiers come from.
            pub ids: Ids,
            /// How long the tagging index goes on listing what is deleted, in milliseconds of virtual time.
            #[serde(skip)]
            pub index_lag: u64,
            /// The bytes of S3 objects.
            #[serde(skip)]
            pub objects: Objects,
            #[doc = "State of `iam`, the same in every region."]
            pub iam: iam::State,
            #[doc = "State of `s3`: bucket names are global, each bucket knows its region."]
            pub s3: s3::State,
            $(#[doc = concat!("State of `", stringify!($service), "` in `region`.")] pub $service: $service::State,)*
            elsewhere: BTreeMap<String, Regional>,
        }

        #[derive(Clone, Debug, Default, Serialize, Deserialize)]
        #[serde(default)]
        struct Regional {
            $($service: $service::State,)*
        }

        impl Account {
            /// Makes the fields show `region`.
            pub fn enter(&mut self, region: &str) {
                if self.region == region {
                    return;
                }
                let mut other = self.elsewhere.remove(region).unwrap_or_default();
                $(std::mem::swap(&mut self.$service, &mut other.$service);)*
                let left = std::mem::replace(&mut self.region, region.to_owned());
                self.elsewhere.insert(left, other);
            }
        }
    };
}

regional!(ec2, elasticloadbalancing, logs, kafka, kafkaconnect, apigateway, kinesis, airflow, tagging);

impl Account {
    /// An account that has nothing.
    pub fn new(id: &str, region: &str, seed: u64) -> Self {
        Self { id: id.to_owned(), region: region.to_owned(), ids: Ids::new(seed), ..Self::default() }
    }

    /// `arn:aws:<service>:<region>:<account>:<resource>` in the region being shown.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.region, self.id)
    }
}
