//! Revoked devices are out at once, also by a command beside the server.

use tl_wire::device::HeadAnswer;
use tl_wire::problem::Problem;

use super::{Running, json, writer};
use crate::serve;
use crate::usecase::installation::{register_signers, revoke_device};

#[test]
fn a_revoked_device_is_out_at_once_and_its_key_is_revoked_in_the_log() {
    let server = Running::start();
    let own = writer("gate-07");
    let (identity, enrolled) = server.enrol(&server.world.token, &own);
    enrolled.expect("enrolled");
    let agent = server.client(Some(&identity));
    let _: HeadAnswer = json(agent.get(server.port("/device/v1/head")).call(), 200);
    let app = &server.world.app;
    revoke_device(&app.store, &app.clock, own.device(), "stolen", None).expect("revoked");
    let problem: Problem = json(agent.get(server.port("/device/v1/head")).call(), 403);
    assert_eq!(problem.code, "device-unknown", "on a connection that was open already");
    let keys = app.store.keys(&"alfa".parse().expect("id")).expect("store");
    let row = keys.iter().find(|row| row.key == own.key()).expect("key");
    assert!(row.revoked_at.is_some());
}

#[test]
fn a_command_that_revokes_beside_the_server_stops_nobody_else() {
    let server = Running::start();
    let own = writer("gate-07");
    let (_, enrolled) = server.enrol(&server.world.token, &own);
    enrolled.expect("enrolled");
    let app = &server.world.app;
    // The command's own process: another store on the same database.
    let command = serve::open_store(&app.config).expect("opened");
    register_signers(&command, &app.keys).expect("keys");
    revoke_device(&command, &app.clock, own.device(), "stolen", None).expect("revoked");
    server.world.append("alfa", super::super::world::registered(905));
}
