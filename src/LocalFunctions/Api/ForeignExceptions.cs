// Two exceptions of other packages that the durable client lets through; apps catch them by these names.
namespace DurableTask.Core.Exceptions
{
    /// <summary>An instance with this id exists in a status in which it must not be replaced.</summary>
    /// <param name="message">What exists.</param>
    public class OrchestrationAlreadyExistsException(string message) : Exception(message);
}

namespace Grpc.Core
{
    /// <summary>An operation on an instance was refused: there is no such instance, or its status does not allow it.</summary>
    /// <param name="statusCode">Why.</param>
    /// <param name="message">Why, in words.</param>
    public class RpcException(StatusCode statusCode, string message) : Exception($"Status(StatusCode=\"{statusCode}\", Detail=\"{message}\")")
    {
        /// <summary>Why the operation was refused.</summary>
        public StatusCode StatusCode { get; } = statusCode;
    }

    /// <summary>Why an operation was refused.</summary>
    public enum StatusCode
    {
        /// <summary>It was not.</summary>
        OK = 0,

        /// <summary>There is no such instance.</summary>
        NotFound = 5,

        /// <summary>The instance is in a status that does not allow it.</summary>
        FailedPrecondition = 9,
    }
}
