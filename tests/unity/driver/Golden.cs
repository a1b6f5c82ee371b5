using System;
using System.IO;
using System.Linq;
using Omote;

/// <summary>Reads golden vectors, and re-encodes those that a client can send.</summary>
static class Golden
{
    public static void Run(string[] words)
    {
        foreach (string path in words.Skip(1))
        {
            byte[] data = File.ReadAllBytes(path);
            string name = Path.GetFileNameWithoutExtension(path);
            var writer = new MessagePackWriter();
            object meaning;
            byte[] written = null;
            if (name.StartsWith("control_"))
            {
                ControlMessage message = ControlMessage.Decode(data, data.Length);
                meaning = Of(message);
                message.Encode(writer);
                written = writer.Buffer.Take(writer.Length).ToArray();
            }
            else if (name.StartsWith("command_"))
            {
                Command command = Command.Decode(data, data.Length);
                meaning = Of(command);
                command.Encode(writer);
                written = writer.Buffer.Take(writer.Length).ToArray();
            }
            else if (name.StartsWith("reply_")) meaning = Of(Reply.Decode(data, data.Length));
            else if (name.StartsWith("status")) meaning = Of(StatusOf(data));
            else if (name.StartsWith("frame_")) meaning = Frame(data);
            else if (name == "osc_vmc_jaw_open") meaning = null; // clients only write OSC
            else throw new ArgumentException("nothing here reads " + name);
            if (name == "osc_vmc_jaw_open") written = JawOpen();
            Program.Line(new Fields
            {
                { "name", name }, { "meaning", meaning }, { "written", written == null ? null : Hex(written) },
            });
        }
    }

    public static void PrintChannels()
    {
        foreach (Channel one in Channels.All)
        {
            Program.Line(new Fields
            {
                { "layer", Channels.NameOf(one.Layer) }, { "name", one.Name }, { "neutral", one.Neutral },
                { "low", one.Low }, { "high", one.High },
            });
        }
    }

    public static Fields Of(Status status) => new Fields
    {
        { "type", "status" }, { "version", status.Version }, { "avatar", status.Avatar }, { "engine", status.Engine },
        { "provider", status.Provider }, { "fps", status.Fps }, { "target_fps", status.TargetFps },
        { "size", status.Size }, { "uptime_s", status.UptimeS }, { "frames", status.Frames },
        { "stages", status.Stages.Select(one => new Fields
            { { "name", one.Name }, { "p50_ms", one.P50Ms }, { "p95_ms", one.P95Ms }, { "p99_ms", one.P99Ms } }) },
        { "drivers", status.Drivers.Select(one => new Fields
            {
                { "source", one.Source }, { "layer", one.Layer }, { "mode", one.Mode }, { "weight", one.Weight },
                { "priority", one.Priority }, { "age_s", one.AgeS }, { "owned", one.Owned },
            }) },
        { "dropped", Map(status) }, { "values", status.Values }, { "publishers", status.Publishers },
        { "notes", status.Notes },
    };

    public static Fields Of(Reply reply)
    {
        var fields = new Fields { { "type", "reply" }, { "ok", reply.Ok }, { "request_id", reply.RequestId } };
        if (reply.Message.Length > 0) fields.Add("message", reply.Message);
        if (reply.Status != null) fields.Add("status", Of(reply.Status));
        return fields;
    }

    static Fields Of(Command command)
    {
        var fields = new Fields { { "type", "command" }, { "name", command.Name } };
        if (command.Argument.Length > 0) fields.Add("argument", command.Argument);
        if (command.RequestId.Length > 0) fields.Add("request_id", command.RequestId);
        return fields;
    }

    static Fields Of(ControlMessage message)
    {
        var values = new Fields();
        for (int i = 0; i < message.Count; i++) values.Add(message.NameAt(i), message.ValueAt(i));
        var fields = new Fields
        {
            { "type", "control" }, { "layer", Channels.NameOf(message.Layer) }, { "source", message.Source },
            { "values", values },
        };
        if (message.Mode == DriverMode.Add) fields.Add("mode", "add");
        if (message.Weight != 1.0) fields.Add("weight", message.Weight);
        if (message.Priority != 0) fields.Add("priority", message.Priority);
        if (message.TtlS != 1.0) fields.Add("ttl_s", message.TtlS);
        if (message.Sequence != 0) fields.Add("sequence", message.Sequence);
        if (message.CaptureTimeNs != 0) fields.Add("capture_time_ns", message.CaptureTimeNs);
        return fields;
    }

    static unsafe Fields Frame(byte[] data)
    {
        FrameHeader header;
        fixed (byte* at = data)
        {
            string refusal = FrameHeader.Parse(at, out header);
            if (refusal != null) return new Fields { { "refused", refusal } };
        }
        return new Fields
        {
            { "width", header.Width }, { "height", header.Height }, { "stride", header.Stride },
            { "frame_id", header.FrameId }, { "capture_time_ns", header.CaptureTimeNs },
            { "receive_time_ns", header.ReceiveTimeNs }, { "render_time_ns", header.RenderTimeNs },
            { "session_id", header.SessionId }, { "flags", (uint)header.Flags }, { "format", 1 },
            { "header_bytes", header.HeaderBytes }, { "payload_bytes", header.PayloadBytes },
        };
    }

    static Status StatusOf(byte[] data)
    {
        var reader = new MessagePackReader();
        reader.Reset(data, 0, data.Length);
        Status status = Status.Read(reader);
        if (!reader.IsAtEnd) throw new InvalidDataException("bytes were left");
        return status;
    }

    static byte[] JawOpen()
    {
        var writer = new OscWriter();
        writer.BeginBundle();
        writer.BeginMessage("/VMC/Ext/Blend/Val", ",sf");
        writer.Put("jawOpen");
        writer.Put(0.5f);
        writer.EndMessage();
        writer.BeginMessage("/VMC/Ext/Blend/Apply", ",");
        writer.EndMessage();
        return writer.Buffer.Take(writer.Length).ToArray();
    }

    static Fields Map(Status status)
    {
        var map = new Fields();
        foreach (var one in status.Dropped) map.Add(one.Key, one.Value);
        return map;
    }

    static string Hex(byte[] data) => string.Concat(data.Select(one => one.ToString("x2")));
}
