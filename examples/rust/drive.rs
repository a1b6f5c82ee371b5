//! Smile and turn the head for three seconds, over OSC: rustc examples/rust/drive.rs && ./drive 9570
use std::{env, io, net::UdpSocket, thread, time::Duration};

/// A text of OSC: zeros follow, at least one, up to the next multiple of four bytes.
fn text(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize((bytes.len() / 4 + 1) * 4, 0);
    bytes
}

fn message(address: &str, value: f32) -> Vec<u8> {
    [text(address), text(",f"), value.to_be_bytes().to_vec()].concat()
}

fn main() -> io::Result<()> {
    let port = env::args().nth(1).unwrap_or("9570".into());
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    for step in 0..180 {
        let yaw = 0.3 * (step as f32 / 20.0).sin(); // radians
        for (address, value) in [("/omote/pose/yaw", yaw), ("/omote/emotion/happy", 1.0)] {
            let _ = socket.send_to(&message(address, value), format!("127.0.0.1:{port}")); // an error: nothing listens there
        }
        thread::sleep(Duration::from_millis(16));
    }
    Ok(())
}
