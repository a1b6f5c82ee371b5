using System;

namespace Omote
{
    /// <summary>The wall clock in the protocol's unit.</summary>
    public static class UnixTime
    {
        static readonly long Epoch = new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;

        /// <summary>Now, in nanoseconds since 1970, UTC.</summary>
        public static long NowNs => (DateTime.UtcNow.Ticks - Epoch) * 100;
    }
}
