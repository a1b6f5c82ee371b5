namespace Omote
{
    /// <summary>The runtime's default ports and addresses. Must match protocol/messages.py.</summary>
    public static class Ports
    {
        /// <summary>ZeroMQ PULL: control messages in.</summary>
        public const int Control = 5570;

        /// <summary>ZeroMQ ROUTER: commands in, replies out.</summary>
        public const int Request = 5571;

        /// <summary>ZeroMQ PUB: frames, status, motion and the doorbell out.</summary>
        public const int Publish = 5572;

        /// <summary>UDP: OSC in.</summary>
        public const int Osc = 9570;

        public const string ControlAddress = "tcp://127.0.0.1:5570";
        public const string RequestAddress = "tcp://127.0.0.1:5571";
        public const string PublishAddress = "tcp://127.0.0.1:5572";
        public const string OscAddress = "udp://127.0.0.1:9570";
    }
}
