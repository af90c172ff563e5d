# Copyright: (c) 2026, goldenimage.azure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Stand-ins of the task scheduler: https://learn.microsoft.com/powershell/module/scheduledtasks/ [K]
# Tasks are in the guest's section `run`, as `scheduled`: {name: {execute, argument, user, started}}. Their programs are not run.

function New-ScheduledTaskAction {
    [CmdletBinding()] param([Parameter(Mandatory)][string]$Execute, [string]$Argument, [string]$WorkingDirectory)
    [pscustomobject]@{ Execute = $Execute; Arguments = $Argument }
}

function New-ScheduledTaskPrincipal {
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$UserId, [ValidateSet('None', 'Password', 'S4U', 'Interactive', 'Group', 'ServiceAccount')][string]$LogonType,
        [ValidateSet('Limited', 'Highest')][string]$RunLevel)
    [pscustomobject]@{ UserId = $UserId; LogonType = $LogonType; RunLevel = $RunLevel }
}

function Register-ScheduledTask {
    [CmdletBinding()] param([Parameter(Mandatory)][string]$TaskName, [object[]]$Action, $Principal, $Trigger, [switch]$Force)
    $data = Read-GuestTable
    $tasks = Get-GuestPart (Get-GuestPart $data 'run') 'scheduled'
    $tasks[$TaskName] = @{ execute = $Action[0].Execute; argument = $Action[0].Arguments; user = $Principal.UserId; started = $false }
    Write-SimulatedGuest $data
    [pscustomobject]@{ TaskName = $TaskName; State = 'Ready' }
}

function Start-ScheduledTask {
    [CmdletBinding()] param([Parameter(Mandatory)][string]$TaskName)
    $data = Read-GuestTable
    $tasks = Get-GuestPart (Get-GuestPart $data 'run') 'scheduled'
    if (-not $tasks.ContainsKey($TaskName)) { throw 'The system cannot find the file specified.' }
    $tasks[$TaskName].started = $true
    Write-SimulatedGuest $data
}
