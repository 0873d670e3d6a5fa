//! The same scenarios against the built-in server and against a real Dovecot, Cyrus and Postfix, so that
//! neither the engine nor the built-in server can be lenient in its own favour (decision D7).
//!
//! Real servers are started by `tests/testbed/with-servers` (`make test`), which tells where through
//! the environment; without them the real half says so and passes.

mod oauth;
mod oidc;
mod places;
mod scenario;
mod slapd;
mod wire;

use places::Place;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn voice_mail_goes_round_on_the_built_in_server() {
    let place = Place::loopback().await;
    scenario::round_trip(&place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn voice_mail_goes_round_on_real_servers() {
    let Some(place) = Place::real() else { return };
    scenario::round_trip(&place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn voice_mail_goes_round_on_cyrus() {
    let Some(place) = Place::cyrus() else { return };
    scenario::round_trip(&place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_survive_a_restart_on_cyrus() {
    let Some(place) = Place::cyrus() else { return };
    scenario::tidying(&place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_survive_a_restart_on_the_built_in_server() {
    let place = Place::loopback().await;
    scenario::tidying(&place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_survive_a_restart_on_real_servers() {
    let Some(place) = Place::real() else { return };
    scenario::tidying(&place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_told_from_other_failures_everywhere() {
    for place in
        [Some(Place::loopback().await), Place::real(), Place::cyrus()].into_iter().flatten()
    {
        scenario::wrong_password(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_delivery_comes_back_as_a_report_on_real_servers() {
    let Some(place) = Place::real() else { return };
    scenario::bounce(&place).await;
}
