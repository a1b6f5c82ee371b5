using Omote;
using UnityEngine;

/// <summary>Rotates a bone by the face's jaw opening: an example of moving other objects with the face.</summary>
public sealed class FollowJaw : MonoBehaviour
{
    [SerializeField, Tooltip("Degrees at jawOpen 1.")]
    float _openAngle = 25;

    readonly Motion _motion = new Motion();
    MotionReader _reader;
    int _jaw;

    void OnEnable()
    {
        _jaw = System.Array.FindIndex(Channels.All, channel => channel.Name == "jawOpen");
        _reader = new MotionReader();
    }

    void OnDisable() => _reader.Dispose();

    void Update()
    {
        if (!_reader.TryTake(_motion)) return;
        transform.localRotation = Quaternion.Euler(_motion.Values[_jaw] * _openAngle, 0, 0);
    }
}
