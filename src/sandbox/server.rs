//! The sandbox behind a socket.

use super::{Lost, Sandbox};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Serves HTTP/1.1 on `listener`. Dropping the future closes every connection.
pub(super) async fn serve(sandbox: Arc<Sandbox>, listener: TcpListener) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    // Mostly too many open files, which only time can mend.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                };
                // Answers are small and written at once: waiting to fill a packet only costs time.
                let _ = stream.set_nodelay(true);
                let sandbox = sandbox.clone();
                connections.spawn(async move {
                    let service = service_fn(move |request| {
                        let sandbox = sandbox.clone();
                        async move { respond(&sandbox, request).await }
                    });
                    // A client that goes away is no error of ours.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

/// An error closes the connection without an answer.
async fn respond(sandbox: &Sandbox, request: http::Request<Incoming>) -> Result<http::Response<Full<Bytes>>, Lost> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Lost)?.to_bytes();
    let response = sandbox.answer(http::Request::from_parts(parts, body)).await?;
    Ok(response.map(Full::new))
}
