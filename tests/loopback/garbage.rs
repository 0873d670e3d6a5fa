//! Whatever comes over the wire, the server neither panics nor stops serving the others.

use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{last, selected, server};
use aloud::loopback::Protocol;

/// Pieces that reach deep into both grammars.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    const WORDS: [&str; 44] = [
        "a ",
        "LOGIN ada secret\r\n",
        "SELECT INBOX\r\n",
        "UID ",
        "FETCH ",
        "STORE ",
        "SEARCH ",
        "APPEND ",
        "LIST ",
        "STATUS ",
        "COPY ",
        "MOVE ",
        "IDLE\r\n",
        "DONE\r\n",
        "1:*",
        "*",
        "4294967295",
        " ",
        "(",
        ")",
        "[",
        "]",
        "<",
        ">",
        "BODY.PEEK[",
        "HEADER.FIELDS (",
        "{5}\r\n",
        "{3+}\r\nabc",
        "\"",
        "\\",
        "\\Seen",
        "+FLAGS ",
        "INBOX",
        "NOT ",
        "OR ",
        "SINCE 1-Feb-1994",
        "\r\n",
        "\n",
        "EHLO x\r\n",
        "AUTH PLAIN AGFkYQBzZWNyZXQ=\r\n",
        "MAIL FROM:<a@b>\r\n",
        "RCPT TO:<c@d>\r\n",
        "DATA\r\n",
        ".\r\n",
    ];
    prop_oneof![
        8 => prop::sample::select(&WORDS[..]).prop_map(|w| w.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_servers_survive(pieces in prop::collection::vec(piece(), 0..60)) {
        let input = pieces.concat();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let server = server(3);
            for protocol in [Protocol::Imap, Protocol::Smtp] {
                for start in ["", "a LOGIN ada secret\r\na SELECT INBOX\r\n"] {
                    let (mut client, end) = tokio::io::duplex(1 << 20);
                    server.serve(protocol, end);
                    // A server that has had enough closes early.
                    let _ = client.write_all(start.as_bytes()).await;
                    let _ = client.write_all(&input).await;
                    let _ = client.shutdown().await;
                    let mut output = Vec::new();
                    client.read_to_end(&mut output).await.expect("a pipe");
                    assert!(output.starts_with(b"* OK") || output.starts_with(b"220 "));
                    assert!(output.ends_with(b"\r\n"));
                }
            }
            let mut client = selected(&server).await;
            assert!(last(&client.imap("NOOP").await).starts_with("t OK"));
        });
    }
}
