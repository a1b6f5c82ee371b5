using System;

namespace Omote
{
    /// <summary>Converts inspector values to wire values.</summary>
    static class Layers
    {
        /// <summary>Radians per degree.</summary>
        public const double Radian = Math.PI / 180;

        /// <summary>Sets a channel, clamped to its range: the runtime refuses values out of range.</summary>
        /// <param name="place">The channel's index in its layer.</param>
        /// <param name="value">In the wire's unit.</param>
        public static void Put(ControlMessage message, Channel[] layer, int place, double value) =>
            message.Set(layer[place].Name, layer[place].Limited(value));
    }
}
