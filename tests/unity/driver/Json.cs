using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

/// <summary>Values as JSON: maps (in order), lists, strings, numbers, booleans and null.</summary>
static class Json
{
    public static string Of(object value)
    {
        if (value == null) return "null";
        if (value is string) return Quoted((string)value);
        if (value is bool) return (bool)value ? "true" : "false";
        if (value is double || value is float)
        {
            return ((IFormattable)value).ToString("R", CultureInfo.InvariantCulture);
        }
        if (value is Fields)
        {
            return "{" + string.Join(", ", ((Fields)value).Select(one => Quoted(one.Key) + ": " + Of(one.Value))) + "}";
        }
        if (value is IEnumerable) return "[" + string.Join(", ", ((IEnumerable)value).Cast<object>().Select(Of)) + "]";
        return Convert.ToString(value, CultureInfo.InvariantCulture);
    }

    static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char one in text)
        {
            if (one < ' ' || one == '"' || one == '\\' || one > '~') quoted.Append("\\u" + ((int)one).ToString("x4"));
            else quoted.Append(one);
        }
        return quoted.Append('"').ToString();
    }
}

/// <summary>A JSON object's names and values, in order.</summary>
sealed class Fields : List<KeyValuePair<string, object>>
{
    public void Add(string name, object value) => Add(new KeyValuePair<string, object>(name, value));
}
