namespace Omote
{
    /// <summary>A request that is answered with one reply. Must match protocol/messages.py.</summary>
    public sealed class Command
    {
        static readonly string[] Keys = { "type", "name", "argument", "request_id" };

        /// <param name="name">ping, status, load_avatar, recenter, release or stop: docs/protocol.md.</param>
        /// <param name="argument">The command's argument, at most 1024 characters.</param>
        /// <param name="requestId">Returned in the reply; "" = chosen when the command is sent.</param>
        public Command(string name, string argument = "", string requestId = "")
        {
            Name = name;
            Argument = argument;
            RequestId = requestId;
        }

        public string Name { get; }

        public string Argument { get; }

        public string RequestId { get; }

        /// <summary>Encodes one MessagePack map, without empty fields.</summary>
        public void Encode(MessagePackWriter writer)
        {
            writer.Clear();
            writer.WriteMapHeader(2 + (Argument.Length > 0 ? 1 : 0) + (RequestId.Length > 0 ? 1 : 0));
            Write(writer, "type", "command");
            Write(writer, "name", Name);
            if (Argument.Length > 0) Write(writer, "argument", Argument);
            if (RequestId.Length > 0) Write(writer, "request_id", RequestId);
        }

        /// <exception cref="ProtocolException">The message is no command.</exception>
        public static Command Decode(byte[] data, int length)
        {
            var reader = new MessagePackReader();
            reader.Reset(data, 0, length);
            string type = null, name = null, argument = "", requestId = "";
            for (int pairs = reader.ReadMapHeader(); pairs > 0; pairs--)
            {
                switch (reader.ReadKey(Keys))
                {
                    case 0: type = reader.ReadString(); break;
                    case 1: name = reader.ReadString(); break;
                    case 2: argument = reader.ReadString(); break;
                    case 3: requestId = reader.ReadString(); break;
                    default: reader.Skip(); break;
                }
            }
            if (type != "command" || name == null)
            {
                throw new ProtocolException("got a message of type '" + type + "', expected a command");
            }
            return new Command(name, argument, requestId);
        }

        static void Write(MessagePackWriter writer, string key, string value)
        {
            writer.WriteString(key);
            writer.WriteString(value);
        }
    }
}
