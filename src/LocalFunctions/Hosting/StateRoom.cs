using LocalDisk;
using LocalFunctions.Hosting.State;

namespace LocalFunctions.Hosting;

/// <summary>
/// Room on the disk of a state directory that is kept for what makes room. A server takes it when it starts, while there is plenty. Nothing that runs there uses it by itself: whoever is
/// about to make room gives it up, so that the database can be opened and written, and takes it again afterwards.
/// </summary>
public sealed class StateRoom : IDisposable
{
    private const long MaxBytes = 8 << 20;
    private const int MaxFiles = 16;

    private readonly SpaceReserve _reserve;

    private StateRoom(SpaceReserve reserve) => _reserve = reserve;

    /// <summary>Gives it up if the disk of <paramref name="stateDirectory"/> is full, also while a server of this machine runs there.</summary>
    /// <returns>What takes it again when it is disposed.</returns>
    public static StateRoom GiveUp(string stateDirectory)
    {
        var reserve = ReserveOf(new StateDirectory(Path.GetFullPath(stateDirectory)));
        if (Directory.Exists(stateDirectory))
        {
            reserve.GiveUpIfShort();
        }

        return new StateRoom(reserve);
    }

    /// <inheritdoc/>
    public void Dispose() => _reserve.Keep();

    internal static SpaceReserve ReserveOf(StateDirectory directory) => new(directory.Reserve, MaxBytes, MaxFiles);
}
