namespace Omote
{
    /// <summary>The composed motion of one frame: the values of all layers. Must match protocol/messages.py.</summary>
    public sealed class Motion
    {
        static readonly string[] Keys = { "type", "frame_id", "capture_time_ns", "receive_time_ns", "values" };
        static readonly string[] Type = { "motion" };

        /// <summary>The frame's.</summary>
        public ulong FrameId { get; private set; }

        /// <summary>The frame's, Unix ns, 0 = unknown.</summary>
        public long CaptureTimeNs { get; private set; }

        public long ReceiveTimeNs { get; private set; }

        /// <summary>In the order and the units of <see cref="Channels.All"/>.</summary>
        public float[] Values { get; } = new float[Channels.All.Length];

        /// <summary>Decodes a message into this object; allocates nothing.</summary>
        /// <exception cref="ProtocolException">The message is no motion; this object may be partly overwritten.</exception>
        public void Read(MessagePackReader reader)
        {
            bool isMotion = false;
            for (int pairs = reader.ReadMapHeader(); pairs > 0; pairs--)
            {
                switch (reader.ReadKey(Keys))
                {
                    case 0: isMotion = reader.ReadKey(Type) == 0; break;
                    case 1: FrameId = (ulong)reader.ReadInteger(); break;
                    case 2: CaptureTimeNs = reader.ReadInteger(); break;
                    case 3: ReceiveTimeNs = reader.ReadInteger(); break;
                    case 4:
                        int count = reader.ReadArrayHeader();
                        for (int i = 0; i < count; i++)
                        {
                            double value = reader.ReadNumber();
                            if (i < Values.Length) Values[i] = (float)value; // a newer runtime may know more
                        }
                        break;
                    default: reader.Skip(); break;
                }
            }
            if (!isMotion) throw new ProtocolException("got another message, expected a motion");
        }
    }
}
