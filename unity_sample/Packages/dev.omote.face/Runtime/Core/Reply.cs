namespace Omote
{
    /// <summary>The answer to one command. Must match protocol/messages.py.</summary>
    public sealed class Reply
    {
        /// <summary>Size limit of a reply, bytes.</summary>
        public const int MaxBytes = 1024 * 1024;

        static readonly string[] Keys = { "type", "ok", "request_id", "message", "status" };

        /// <summary>Whether the command succeeded.</summary>
        public bool Ok { get; private set; }

        /// <summary>The command's.</summary>
        public string RequestId { get; private set; } = "";

        /// <summary>For the user: got, expected, what to do.</summary>
        public string Message { get; private set; } = "";

        /// <summary>The answer to a status command, else null.</summary>
        public Status Status { get; private set; }

        /// <exception cref="ProtocolException">The message is no reply.</exception>
        public static Reply Decode(byte[] data, int length)
        {
            var reader = new MessagePackReader();
            reader.Reset(data, 0, length);
            var reply = new Reply();
            string type = null;
            for (int pairs = reader.ReadMapHeader(); pairs > 0; pairs--)
            {
                switch (reader.ReadKey(Keys))
                {
                    case 0: type = reader.ReadString(); break;
                    case 1: reply.Ok = reader.ReadBoolean(); break;
                    case 2: reply.RequestId = reader.ReadString(); break;
                    case 3: reply.Message = reader.ReadString(); break;
                    case 4: reply.Status = reader.TryReadNil() ? null : Status.Read(reader); break;
                    default: reader.Skip(); break;
                }
            }
            if (type != "reply") throw new ProtocolException("got a message of type '" + type + "', expected a reply");
            return reply;
        }
    }
}
