//! Submission to the built-in server, cut off anywhere (reliability G4, G12).

use std::io;

use aloud::{
    engine::{
        Error, Invalid, Security,
        net::{Dialer, Stream},
        smtp::{DataGate, Envelope, SubmitOutcome, submit},
    },
    loopback::{DropAfterData, Faults, Loopback, Protocol},
    model::{AddrSpec, DateTime, Secret},
};

use crate::support::scripted_server::settings;

struct Inside(Loopback);

#[async_trait::async_trait]
impl Dialer for Inside {
    async fn dial(&self, _host: &str, _port: u16) -> io::Result<Box<dyn Stream>> {
        Ok(Box::new(self.0.smtp_stream()))
    }

    fn in_process(&self, _host: &str, _port: u16) -> bool {
        true
    }
}

#[derive(Default)]
struct Gate(u32);

#[async_trait::async_trait]
impl DataGate for Gate {
    async fn data_starting(&mut self) -> Result<(), Error> {
        self.0 += 1;
        Ok(())
    }
}

fn addr(text: &str) -> AddrSpec {
    AddrSpec::parse(text).expect("an address")
}

const MESSAGE: &[u8] =
    b"Message-ID: <a@example.com>\r\nSubject: x\r\n\r\n.\r\n..\r\nmore and more\r\n";

async fn send(server: &Loopback) -> (Result<SubmitOutcome, Error>, u32) {
    let envelope = Envelope {
        reverse: Some(addr("ada@example.com")),
        forwards: vec![addr("bo@example.net"), addr("cy@example.net")],
        envid: Some("e".into()),
        notify: true,
    };
    let mut gate = Gate::default();
    let dialer = Inside(server.clone());
    let password = Secret::new("pw".into());
    let settings = settings(Security::None);
    let sent = submit(&dialer, &settings, &password, &envelope, MESSAGE, &mut gate).await;
    (sent, gate.0)
}

fn server(faults: Faults) -> Loopback {
    let server = Loopback::empty(DateTime::utc(1_741_097_400));
    server.add_user("ada", "pw", &[addr("ada@example.com")]);
    server.fault_always(Protocol::Smtp, faults);
    server
}

#[tokio::test(start_paused = true)]
async fn a_cut_anywhere_never_lies_about_what_the_server_has() {
    let mut ends = [0u32; 4];
    for input in [true, false] {
        for stall in [true, false] {
            for at in 0..1100 {
                let mut faults = Faults::default();
                match (input, stall) {
                    (true, true) => faults.stall_input = Some(at),
                    (true, false) => faults.cut_input = Some(at),
                    (false, true) => faults.stall_output = Some(at),
                    (false, false) => faults.cut_output = Some(at),
                }
                let server = server(faults);
                let (outcome, gate) = send(&server).await;
                let taken = server.submitted().len();
                let name = format!("input {input}, stall {stall}, at {at}: {outcome:?}");
                assert!(taken <= 1, "{name}");
                match outcome {
                    Ok(SubmitOutcome::Accepted { .. }) => {
                        assert_eq!((taken, gate), (1, 1), "{name}");
                        assert_eq!(&*server.submitted()[0].octets, MESSAGE);
                        ends[0] += 1;
                    }
                    Ok(SubmitOutcome::Broken { data_started, final_dot_flushed, .. }) => {
                        assert_eq!(gate, u32::from(data_started), "{name}");
                        assert!(data_started || !final_dot_flushed, "{name}");
                        // Without the dot nothing can have been taken.
                        assert!(final_dot_flushed || taken == 0, "{name}");
                        ends[if final_dot_flushed { 1 } else { 2 }] += 1;
                    }
                    Ok(SubmitOutcome::Refused { .. }) => panic!("{name}"),
                    Err(Error::Unreachable { .. }) => {
                        assert_eq!((taken, gate), (0, 0), "{name}");
                        ends[3] += 1;
                    }
                    Ok(SubmitOutcome::Unread(_)) | Err(_) => panic!("{name}"),
                }
            }
        }
    }
    assert!(ends.iter().all(|count| *count > 0), "{ends:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_leaves_it_open() {
    for (drop, has) in [(DropAfterData::Taken, 1), (DropAfterData::Lost, 0)] {
        let server = server(Faults { drop_after_data: Some(drop), ..Faults::default() });
        let (outcome, _) = send(&server).await;
        assert!(matches!(
            outcome,
            Ok(SubmitOutcome::Broken { data_started: true, final_dot_flushed: true, .. })
        ));
        assert_eq!(server.submitted().len(), has);
    }
}

#[tokio::test(start_paused = true)]
async fn refusals_and_limits_of_the_server_count() {
    let refuse = vec![("cy@".to_owned(), "550 5.1.1 no such user".to_owned())];
    for (faults, want) in [
        (Faults { refuse_recipients: refuse, ..Faults::default() }, 550),
        (Faults { refuse_data: Some("451 4.3.0 later".into()), ..Faults::default() }, 451),
    ] {
        let server = server(faults);
        let (outcome, _) = send(&server).await;
        match outcome {
            Ok(SubmitOutcome::Refused { code, permanent, .. }) => {
                assert_eq!((code, permanent), (want, want >= 500));
            }
            other => panic!("{other:?}"),
        }
        assert!(server.submitted().is_empty());
    }
    // What the server says that it does not take is not offered to it.
    let server = server(Faults { size_limit: Some(10), ..Faults::default() });
    let (outcome, _) = send(&server).await;
    match outcome {
        Err(Error::Invalid(Invalid::TooBigForServer { octets, most: 10 })) => assert!(octets > 10),
        other => panic!("{other:?}"),
    }
    assert!(server.submitted().is_empty());
}
