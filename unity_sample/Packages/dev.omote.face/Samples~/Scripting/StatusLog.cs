using Omote;
using UnityEngine;

/// <summary>Logs the runtime's frame rate and drivers once a second.</summary>
public sealed class StatusLog : MonoBehaviour
{
    StatusReader _reader;

    void OnEnable() => _reader = new StatusReader();

    void OnDisable() => _reader.Dispose();

    void Update()
    {
        if (!_reader.TryTake(out Status status)) return;
        string drivers = string.Join(", ", status.Drivers.ConvertAll(driver => driver.Source + " " + driver.Layer));
        Debug.Log(status.Avatar + " at " + status.Fps + " fps, driven by: " + drivers);
    }
}
