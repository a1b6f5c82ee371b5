using Omote;
using UnityEngine;

/// <summary>Loads another avatar when a key is pressed, and logs the reply.</summary>
public sealed class AvatarOnKey : MonoBehaviour
{
    [SerializeField, Tooltip("An avatar's folder, as the runtime sees it.")]
    string _folder = "avatars/me";

    [SerializeField]
    KeyCode _key = KeyCode.Space;

    CommandClient _client;

    void OnEnable() => _client = new CommandClient();

    void OnDisable() => _client.Dispose();

    void Update()
    {
        if (Input.GetKeyDown(_key)) _client.Send(new Command("load_avatar", _folder));
        while (_client.TryTake(out Reply reply)) Debug.Log(reply.Ok ? reply.Message : "refused: " + reply.Message);
    }
}
