namespace QdrantBackup.Integration.Tests.Storage;

/// <summary>What may happen to a request on its way to a storage service, or to the answer on its way back.</summary>
public enum Trouble
{
    None,

    /// <summary>Refused with 503, as a service that is busy answers.</summary>
    Busy,

    /// <summary>Refused with 429, as a service that throttles answers.</summary>
    Throttled,

    /// <summary>The connection is reset before the service hears of it.</summary>
    LostRequest,

    /// <summary>The service did what was asked; the connection is reset before its answer.</summary>
    LostAnswer,

    /// <summary>The connection is reset in the middle of the answer.</summary>
    TornAnswer,

    /// <summary>Both directions trickle.</summary>
    Slow,
}
