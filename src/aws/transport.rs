//! The way of every request: named, held back to AWS's rates, counted, and sent.

use super::Pace;
use super::budget::Budget;
use super::fence::Fence;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut,
};
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, Metadata};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Longer than any control-plane call takes.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);
/// Bytes a second that even a bad line manages: uploads have a timeout that grows with them.
const SLOWEST_UPLOAD: u64 = 64 * 1024;

/// One attempt at a call, after it ended.
#[derive(Clone, Debug)]
pub struct CallTrace {
    /// The SDK's service id, such as `Kinesis`.
    pub service: String,
    /// The operation, such as `CreateStream`.
    pub operation: String,
    /// The HTTP status; `None` when there was no answer.
    pub status: Option<u16>,
    /// How long it took, without the wait for the rate budget.
    pub took: Duration,
}

/// Hears of every call.
pub type Observer = Arc<dyn Fn(&CallTrace) + Send + Sync>;

/// Which operation a request belongs to.
#[derive(Clone, Debug)]
struct Call {
    service: String,
    operation: String,
}

/// Names each request, and takes the MWAA client's `api.` prefix off addresses that are not AWS's,
/// because it cannot be switched off there (AWS.md §2.2).
///
/// It also sees to it that the SDK asks only once for anything but reads. When an answer is lost the call may have had
/// its effect, and a second one makes a second object, or is refused because of the first. The engine looks before it asks
/// again.
#[derive(Debug)]
pub(crate) struct Name;

#[dyn_dispatch_hint]
impl Intercept for Name {
    fn name(&self) -> &'static str {
        "name"
    }

    // Not before execution: which operation it is stands in the configuration only after that.
    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if !config.load::<Metadata>().is_some_and(|of| only_reads(of.name())) {
            config.interceptor_state().store_put(RetryConfig::disabled());
        }
        Ok(())
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let call = config.load::<Metadata>().map_or_else(
            || Call { service: String::new(), operation: String::new() },
            |of| Call { service: of.service().to_owned(), operation: of.name().to_owned() },
        );
        let request = context.request_mut();
        if call.service == "MWAA" && !request.uri().contains(".amazonaws.com") {
            let direct = request.uri().replacen("://api.", "://", 1);
            request.set_uri(direct)?;
        }
        request.add_extension(call);
        Ok(())
    }
}

fn only_reads(operation: &str) -> bool {
    ["Describe", "Get", "Head", "List"].iter().any(|verb| operation.starts_with(verb))
}

/// Why a call was not sent.
#[derive(Debug, thiserror::Error)]
#[error("the lease of this run has ended, and another run may be at work: nothing more is changed")]
pub(crate) struct Fenced;

/// The HTTP client of every service client.
#[derive(Clone)]
pub(crate) struct Transport {
    way: SharedHttpClient,
    budget: Arc<Budget>,
    calls: Arc<AtomicU64>,
    observer: Option<Observer>,
    fence: Arc<Fence>,
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Transport").field(&self.way).finish()
    }
}

impl Transport {
    /// Sends by `way`.
    pub(crate) fn new(way: SharedHttpClient, pace: Pace, observer: Option<Observer>) -> Self {
        let (budget, fence) = (Arc::new(Budget::new(pace)), Arc::new(Fence::new(pace)));
        Self { way, budget, calls: Arc::default(), observer, fence }
    }

    /// What calls that change something must pass.
    pub(crate) fn fence(&self) -> &Fence {
        &self.fence
    }

    /// The same without a fence, for what the fence hangs on.
    pub(crate) fn unfenced(&self, pace: Pace) -> Self {
        Self { fence: Arc::new(Fence::new(pace)), ..self.clone() }
    }

    /// How many requests were sent so far.
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}

impl HttpClient for Transport {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let way = self.way.http_connector(settings, components);
        SharedHttpConnector::new(Door { transport: self.clone(), way })
    }
}

#[derive(Debug)]
struct Door {
    transport: Transport,
    way: SharedHttpConnector,
}

impl HttpConnector for Door {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (transport, way) = (self.transport.clone(), self.way.clone());
        HttpConnectorFuture::new(async move {
            let call = request.extension::<Call>().cloned();
            let Call { service, operation } =
                call.unwrap_or_else(|| Call { service: String::new(), operation: String::new() });
            transport.budget.admit(&service, &operation).await;
            if !only_reads(&operation) && !transport.fence.is_open() {
                return Err(ConnectorError::user(Fenced.into()));
            }
            transport.calls.fetch_add(1, Ordering::Relaxed);
            let start = Instant::now();
            let bytes = request.body().content_length().unwrap_or_default();
            let patience = CALL_TIMEOUT + Duration::from_secs(bytes / SLOWEST_UPLOAD);
            let answer = match tokio::time::timeout(patience, way.call(request)).await {
                Ok(answer) => answer,
                Err(late) => Err(ConnectorError::timeout(late.into())),
            };
            if let Some(observe) = &transport.observer {
                let status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
                observe(&CallTrace { service, operation, status, took: start.elapsed() });
            }
            answer
        })
    }
}
