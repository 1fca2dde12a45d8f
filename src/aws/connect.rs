//! From a profile, a region and an endpoint to a context that can call AWS.

use super::transport::{Name, Observer, Transport};
use super::{Cx, Error, Pace};
use crate::resource::Place;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::{SharedAsyncSleep, StalledStreamProtectionConfig};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::tls;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// How to reach AWS, or what stands for it. The default is AWS itself as the environment says.
#[derive(Default)]
pub struct Connect {
    /// The profile of the shared configuration files.
    pub profile: Option<String>,
    /// The region; else what the environment says.
    pub region: Option<String>,
    /// What answers instead of AWS; then neither profile nor environment count.
    pub stand_in: Option<StandIn>,
    /// AWS's time relative to ours; real when left out.
    pub pace: Option<Pace>,
    /// Hears of every call.
    pub observer: Option<Observer>,
}

/// Something that answers like AWS.
#[derive(Clone, Debug)]
pub enum StandIn {
    /// In this process.
    Client(SharedHttpClient),
    /// At an address, such as `http://127.0.0.1:4566`.
    Url(String),
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Neither manifest nor environment name a region.
    #[error("no region: set `region:` in the manifest, or --region, or AWS_REGION")]
    NoRegion,
    /// AWS does not say who we are.
    #[error("cannot find out which account this is: {0}")]
    Identity(Error),
    /// AWS says something that makes no sense.
    #[error("AWS named no account for these credentials")]
    NoAccount,
}

impl Connect {
    /// Connects on behalf of `stack` and asks AWS for the account.
    pub async fn connect(self, stack: &str) -> Result<Cx, ConnectError> {
        let pace = self.pace.unwrap_or(Pace::REAL);
        let (config, transport) = match self.stand_in {
            Some(stand_in) => instead_of_aws(stand_in, pace, self.region, self.observer),
            None => from_environment(pace, self.profile, self.region, self.observer).await,
        };
        let region = config.region().ok_or(ConnectError::NoRegion)?.to_string();
        let sts = aws_sdk_sts::Client::from_conf(aws_sdk_sts::config::Builder::from(&config).interceptor(Name).build());
        let caller = sts.get_caller_identity().send().await.map_err(|error| ConnectError::Identity(error.into()))?;
        let account = caller.account().ok_or(ConnectError::NoAccount)?.to_owned();
        Ok(Cx::new(config, transport, pace, Place::new(stack, region, account)))
    }
}

/// Adaptive mode stalls for minutes after a few throttles (measured), so: standard.
fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(8).with_initial_backoff(std::time::Duration::from_millis(100))
}

fn instead_of_aws(
    stand_in: StandIn,
    pace: Pace,
    region: Option<String>,
    observer: Option<Observer>,
) -> (SdkConfig, Transport) {
    let (client, url) = match stand_in {
        StandIn::Client(client) => (client, "http://sandbox".to_owned()),
        StandIn::Url(url) => (network(), url),
    };
    let transport = Transport::new(client, pace, observer);
    let credentials = Credentials::from_keys("sandbox", "sandbox", None);
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region.unwrap_or_else(|| "us-east-1".into())))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(url)
        .http_client(transport.clone())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(retries())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build();
    (config, transport)
}

fn network() -> SharedHttpClient {
    let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
    aws_smithy_http_client::Builder::new().tls_provider(provider).build_https()
}

async fn from_environment(
    pace: Pace,
    profile: Option<String>,
    region: Option<String>,
    observer: Option<Observer>,
) -> (SdkConfig, Transport) {
    let transport = Transport::new(network(), pace, observer);
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(transport.clone())
        .retry_config(retries())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = region {
        loader = loader.region(Region::new(region));
    }
    (loader.load().await, transport)
}
